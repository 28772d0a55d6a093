"""The features and plans as a YAML file."""
