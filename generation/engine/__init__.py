"""The painting engine: owns the device, holds the warm models and paints recipes. Imports no Django."""
