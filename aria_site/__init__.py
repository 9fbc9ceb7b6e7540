"""Wiring of Aria: settings, URLs, servers and the kernel every app may import."""
