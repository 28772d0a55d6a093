"""Sessions and session tokens in the API."""
