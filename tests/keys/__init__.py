"""Secret keys and what they are narrowed to."""
