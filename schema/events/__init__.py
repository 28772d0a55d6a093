"""The event log and subscriptions in the API."""
