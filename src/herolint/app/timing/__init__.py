"""How long work takes, what limits it, and who waits for it."""
