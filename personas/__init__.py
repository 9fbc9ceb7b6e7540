"""Who paints: personas and the words they add to every prompt."""
