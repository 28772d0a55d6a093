"""Suggestions to join an organization, and membership requests, in the API."""
