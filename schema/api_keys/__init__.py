"""API keys, as the API shows them."""
