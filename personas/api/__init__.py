"""Personas for programs."""
