"""Queries: batched loaders, the lists of all organizations and users, and the permission check."""
