"""Writes what an importer reads from another product, in batches (rules 77 to 80)."""
