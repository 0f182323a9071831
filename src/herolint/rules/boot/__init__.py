"""Rules of the boot family."""
