"""The gallery for programs."""
