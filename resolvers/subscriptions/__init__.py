"""Subscriptions: one reader of the event log serves every stream of the process."""
