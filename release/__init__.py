"""What a release needs: `python -m release VERSION`, and the check for breaking changes."""
