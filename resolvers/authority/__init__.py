"""Authority: who calls, and what they can do, read from the database."""
