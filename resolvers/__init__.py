"""What is done: one function an operation; knows no GraphQL and no HTTP."""
