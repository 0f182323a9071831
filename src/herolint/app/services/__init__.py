"""Databases, secrets, encryption and what else lies outside the app."""
