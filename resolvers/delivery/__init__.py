"""The delivery queue in the database, and the cleanup of old rows."""
