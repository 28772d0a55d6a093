"""The ASGI application and everything it serves."""
