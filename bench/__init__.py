"""Figures of Aria as ratios, each with an equality check; `make bench` runs them all."""
