"""What expressions and conditions will be in production, as far as the code and the platform tell."""
