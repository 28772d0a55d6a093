"""Memberships in the API."""
