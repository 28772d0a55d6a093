"""What shows that a server and a worker run: health checks and metrics."""
