"""Domains: create, verify, take over, enroll users, delete."""
