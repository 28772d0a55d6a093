"""Settings, read once at start, and logging."""
