"""Users in the API."""
