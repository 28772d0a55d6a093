"""Data for tests: created through the API, or written into the database."""
