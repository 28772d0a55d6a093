"""Sessions and the claims of session tokens."""
