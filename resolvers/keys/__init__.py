"""Secret keys and signing keys: create, list, rotate, revoke."""
