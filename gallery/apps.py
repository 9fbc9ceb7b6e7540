"""The gallery app."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    """Artworks and their files."""

    name = "gallery"
