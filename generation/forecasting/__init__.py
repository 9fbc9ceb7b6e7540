"""How long things will take: learned from what paintings took, simulated forward. Knows no Django."""
