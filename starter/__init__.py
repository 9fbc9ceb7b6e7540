"""Aria's starter model: the painter that draws its pictures, and the tools that train and judge it."""
