"""Servers and programs of others: real ones, or stand-ins on loopback."""
