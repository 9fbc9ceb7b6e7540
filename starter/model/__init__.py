"""The parts of the starter model: autoencoder, tokenizer, text tower, UNet, noise and the curator's encoder."""
