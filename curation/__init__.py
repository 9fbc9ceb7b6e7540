"""What is good: scores of pictures, and what follows from them."""
