"""What is kept: the tables, and the rules that need no I/O."""
