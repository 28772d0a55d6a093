"""The protocols of uvicorn, with limits on what clients send and on how slowly they read."""
