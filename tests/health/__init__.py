"""Health, checks and their reasons."""
