"""Painting for programs."""
