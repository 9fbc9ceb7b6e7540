"""The Celery application: finds its settings in Django and its tasks in every app."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aria_site.settings")

app = Celery("aria")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """Logging is configured by the settings; Celery shall leave it alone."""


@worker_ready.connect
def open_studio(sender: Any, **_: object) -> None:
    """A worker that serves the GPU queue gets its engine once it can hear the bell."""
    if "gpu" in app.amqp.queues.consume_from:
        from generation.worker_boot import worker_boot

        worker_boot(sender.hostname)


@worker_shutting_down.connect
def close_studio(**_: object) -> None:
    """What is being painted goes back into the queue, to be painted by the next worker."""
    if "gpu" in app.amqp.queues.consume_from:
        from generation.worker_boot import worker_close

        worker_close()
