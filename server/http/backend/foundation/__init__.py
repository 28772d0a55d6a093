"""What every endpoint of the Backend API is built of."""
