"""What only a development server has: an issuer, demo data and ready-made operations."""
