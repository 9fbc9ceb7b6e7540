"""What Aria promises, each promise as a test that can fail."""
