"""What operators see: a log line for each request, metrics, and traces."""
