"""API keys: create, change, revoke, and list them, and authenticate with one (rules 90 to 93)."""
