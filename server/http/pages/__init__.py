"""What browsers open: pages, scripts, and images."""
