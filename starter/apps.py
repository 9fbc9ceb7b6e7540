"""Django's view of the starter: an app that brings one command and no tables."""

from django.apps import AppConfig


class StarterConfig(AppConfig):
    """The starter model."""

    name = "starter"
    verbose_name = "Starter model"
