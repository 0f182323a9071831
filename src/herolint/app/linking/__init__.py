"""What names in code mean: modules, what they bind and import, and where a name leads."""
