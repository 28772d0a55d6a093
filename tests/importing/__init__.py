"""Tests of imports from other products."""
