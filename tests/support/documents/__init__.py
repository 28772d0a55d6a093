"""Documents to send: of every field, of every list, and random ones."""
