"""Permissions, roles and role sets in the API."""
