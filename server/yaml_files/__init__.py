"""Models as YAML files: reading, checking, and showing them."""
