"""Sweeping by hand."""
