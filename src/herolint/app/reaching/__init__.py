"""Which code each process runs, by imports and references."""
