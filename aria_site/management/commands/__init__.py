"""Commands of the whole studio."""
