"""Rules for single values: names, slugs, links, metadata, email addresses, and webhook URLs."""
