"""Reads: keyset pages, lists, batched loaders and the permission check."""
