"""Callers: bearer tokens, secret keys and key sets."""
