"""What hangs: artworks, their files and the wall."""
