"""Plans: the catalogue of features and plans, and the subscriptions to them (rules 41 to 47)."""
