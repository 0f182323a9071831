"""What the slug weighs, and the memory of what it runs."""
