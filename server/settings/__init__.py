"""The settings, read once at start, and the logs."""
