"""Commands, servers and clients in processes of their own."""
