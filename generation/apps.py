"""The generation app."""

from django.apps import AppConfig


class GenerationConfig(AppConfig):
    """Jobs, models and workers."""

    name = "generation"
