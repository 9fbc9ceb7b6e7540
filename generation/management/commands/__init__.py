"""Painting and reaping from the command line."""
