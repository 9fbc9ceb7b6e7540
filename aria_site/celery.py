"""The Celery application: finds its settings in Django and its tasks in every app."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aria_site.settings")

app = Celery("aria")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """Logging is configured by the settings; Celery shall leave it alone."""
