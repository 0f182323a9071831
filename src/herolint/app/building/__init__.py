"""What a build finds and installs: languages, dependencies and lock files."""
