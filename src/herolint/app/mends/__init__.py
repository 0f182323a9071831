"""Edits that mend findings, made of what the app is."""
