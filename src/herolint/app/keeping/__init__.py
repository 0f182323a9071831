"""What processes keep, in memory and on a dyno's disk."""
