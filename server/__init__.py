"""Everything around the schema: ASGI application, identity, settings, delivery, and commands."""
