"""How commands run: their settings, their database, and the server."""
