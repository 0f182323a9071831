"""Rules of the disk family."""
