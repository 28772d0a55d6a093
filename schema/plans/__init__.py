"""Features, plans and subscriptions in the API."""
