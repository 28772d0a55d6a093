"""Members of an organization: memberships, seats, and invitations that expire."""
