"""Backups: taken while Aria works, restored as a whole or not at all, kept for as long as the settings say."""
