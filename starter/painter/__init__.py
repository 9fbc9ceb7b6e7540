"""The painter: draws captioned pictures from scene parameters with NumPy, OpenCV and Pillow alone."""
