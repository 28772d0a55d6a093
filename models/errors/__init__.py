"""All expected errors, each with a stable code and a sentence for the user."""
