"""Rules of the process family."""
