"""What code needs to run: packages, files, variables and the operating system."""
