"""The judge: says by numbers whether a painting shows what its prompt asked for."""
