"""Invitations in the API."""
