"""The wiring as a Django app: system checks and management commands."""

from django.apps import AppConfig


class AriaSiteConfig(AppConfig):
    """Registers the system checks and makes the Celery application current in every process."""

    name = "aria_site"
    verbose_name = "Aria"

    def ready(self) -> None:
        """Import what registers itself."""
        from aria_site import celery, checks  # noqa: F401  both register themselves on import
