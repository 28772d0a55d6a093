"""Users: create, update, delete, and what identity tokens report of them."""
