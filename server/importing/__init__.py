"""Imports from other products: what reads a source, and what runs the import (rules 77 to 80)."""
