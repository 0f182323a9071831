"""Rules of the requests family."""
