"""The only way to send a background task: by name, after the transaction commits, never failing the caller."""

import logging
from collections.abc import Callable
from functools import partial

from django.db import transaction

from aria_site.kernel.valkey import AWAY, valkey

logger = logging.getLogger(__name__)


def after_commit(task: str, *arguments: str | int, **options: int) -> None:
    """Send `task` once the open transaction commits (at once when there is none).

    A broker that is down costs a log line and a delay, never the row: whatever waits is found again by the reaper.
    """
    transaction.on_commit(partial(send_now, task, *arguments, **options), robust=True)


def send_now(task: str, *arguments: str | int, **options: int) -> None:
    """Send `task` to the broker. Swallows a broker that cannot be reached, and says so in the log.

    The ping comes first because the broker's own client tries for two seconds before it gives up, and a person
    waits for the answer meanwhile.
    """
    from celery import current_app
    from kombu.exceptions import OperationalError

    try:
        valkey().ping()
        current_app.send_task(task, args=list(arguments), retry=False, **options)
    except (OperationalError, *AWAY) as error:
        logger.warning("task %s was not sent, it will be found by the reaper: %s", task, error)


def run_after_commit(function: Callable[[], None]) -> None:
    """Run a side effect that may fail (a live hint, say) after commit, without failing the caller."""
    transaction.on_commit(function, robust=True)
