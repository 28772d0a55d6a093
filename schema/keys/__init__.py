"""Secret keys, as the API shows them."""
