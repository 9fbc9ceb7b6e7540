"""What a painting does when the disk or the database is away: wait for it, or say so in a sentence."""

import errno
import logging
import shutil
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from generation.engine.contract import EngineError

logger = logging.getLogger(__name__)

LEAST_ROOM = 64 * 1024**2
"""With less free disk a worker takes no job: what it painted might have no place."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
AWAY = (OperationalError, InterfaceError)
"""What is raised while the database does not answer."""
PATIENCE_S = 60.0
REST_S = 1.0

Answer = TypeVar("Answer")


def has_room() -> bool:
    """Whether the disk of the data folder can take what a job paints."""
    return shutil.disk_usage(settings.DATA_DIR).free >= LEAST_ROOM


def storing_failed(error: OSError) -> EngineError:
    """Why a picture could not be stored, in a sentence; it may succeed later."""
    if error.errno in FULL:
        sentence = "The disk is full, so the picture could not be stored. Free some space, then try again."
        return EngineError(sentence, code="disk_full", retryable=True)
    sentence = f"The picture could not be stored ({error.strerror or type(error).__name__}). Look at the media folder."
    return EngineError(sentence, code="storing_failed", retryable=True)


def patiently(
    action: Callable[[], Answer],
    *,
    clock: Callable[[], float] = time.monotonic,
    rest: Callable[[float], None] = time.sleep,
) -> Answer:
    """Do it, and do it again while the database is away. Raises what it last raised after PATIENCE_S.

    For what may be done twice: the answer to a commit can be lost when the commit is not.
    """
    deadline = clock() + PATIENCE_S
    while True:
        try:
            return action()
        except AWAY as error:
            if clock() >= deadline:
                raise
            logger.warning("the database is away, trying again: %s", type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            rest(REST_S)
