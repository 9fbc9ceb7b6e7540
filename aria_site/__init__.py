"""Wiring of Aria: settings, URLs, servers and the kernel every app may import."""

__version__ = "0.1.0"
