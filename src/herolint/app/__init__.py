"""The app model: what will run where, as the platform will run it."""
