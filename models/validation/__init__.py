"""Rules for single values: names, links, metadata, email addresses and webhook URLs."""
