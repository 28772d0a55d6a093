"""Organizations in the API."""
