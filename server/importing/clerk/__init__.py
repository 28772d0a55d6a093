"""Reads the users and organizations of Clerk."""
