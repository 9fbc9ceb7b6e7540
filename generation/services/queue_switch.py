"""Pausing the whole queue: workers paint what they hold to its end and take nothing new, until it is resumed."""

import logging

from django.db import IntegrityError, transaction
from django.utils import timezone

from aria_site.accounts.models import User
from generation.models import QueuePause
from generation.services.bell import ring

logger = logging.getLogger(__name__)

REASON_LENGTH = 200


def queue_pause(*, by: User, reason: str = "") -> QueuePause | None:
    """Let no worker take a job from now on, and keep who wanted it and why. None when the queue is paused already.

    A claim that is just being made may still go through, as if it had been made before.
    """
    try:
        with transaction.atomic():
            pause = QueuePause.objects.create(paused_by=by, reason=_one_line(reason))
    except IntegrityError:
        # Another pause is in force: the constraint allows one.
        return None
    logger.info("the queue was paused by %s: %s", by, pause.reason or "no reason given")
    return pause


def queue_resume(*, by: User) -> bool:
    """Let workers take jobs again, and ring for them. False when the queue is not paused."""
    in_force = QueuePause.objects.filter(in_force=True)
    resumed = in_force.update(in_force=False, resumed_by=by, resumed_at=timezone.now())
    if resumed:
        ring()
        logger.info("the queue was resumed by %s", by)
    return bool(resumed)


def _one_line(reason: str) -> str:
    """What people read of a reason, as far as there is room for it."""
    printable = "".join(mark if mark.isprintable() else " " for mark in reason)
    return " ".join(printable.split())[:REASON_LENGTH]
