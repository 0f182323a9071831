"""Rules of the build family."""
