"""Tests: they drive the API from outside, then look into the store."""
