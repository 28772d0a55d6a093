"""What tests see of the database: statements, their plans, and what a transaction waits for."""
