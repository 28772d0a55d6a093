"""Keys and secrets at rest: secret keys of services,
signing keys of session tokens, and their encryption.
"""
