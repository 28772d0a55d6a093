"""Stripe as a source of subscriptions (rules 49 and 50)."""
