"""Keys and secrets at rest: secret keys of services, signing keys, and their encryption."""
