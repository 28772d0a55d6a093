"""Domains of organizations in the API."""
