"""Lists: what they hold, their order, and pages of them."""
