"""The worker: email, webhooks and cleanup."""
