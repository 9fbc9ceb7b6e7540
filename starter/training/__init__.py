"""Drawing the training pictures and training the parts of the starter model from them."""
