"""Our own format: all data of an instance in a folder, whatever the kind of its database."""
