"""What every operation is built of: its server, its transaction, its locks, and its events."""
