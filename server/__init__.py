"""Everything around: ASGI application, identity, settings, command line."""
