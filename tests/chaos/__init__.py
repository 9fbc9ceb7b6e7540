"""Real studios whose processes are killed at random: nothing is lost, nothing is painted twice."""
