"""The role model as a YAML file."""
