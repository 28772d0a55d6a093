"""Organizations: create, update, delete, and what is unique about each."""
