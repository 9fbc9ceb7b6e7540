"""Backups and restores, verification and pruning."""
