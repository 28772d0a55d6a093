"""Tables, and the rules that need no I/O."""
