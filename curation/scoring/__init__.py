"""Scoring pictures, without Django: signals of a picture, its encoder, and the vote of all scorers."""
