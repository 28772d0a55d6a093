"""The database: connections and transactions, wake-up signals, and migrations."""
