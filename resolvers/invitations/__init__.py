"""Invitations: create, resend, revoke, accept, decline, list."""
