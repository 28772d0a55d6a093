"""The event log: payloads, pages and retention."""
