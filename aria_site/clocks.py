"""Is the clock of this machine, and are those of the workers' machines, as they should be?"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils import timezone

FELT_S = 30.0
"""A clock that moves by less disturbs nothing; it is set by so little all the time."""
TOLD_FOR_S = 60.0
"""How long a jump is told: by then leases and beats have new dates."""


def steady_seconds() -> float:
    """Seconds that nobody can set, those in which the machine slept included where the system counts them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class ClockWatch:
    """What one process saw of the clocks from look to look. Thread-safe."""

    def __init__(self, steady: Callable[[], float] = steady_seconds) -> None:
        self._steady = steady
        self._lock = threading.Lock()
        self._offset: float | None = None
        self._jump, self._jumped_at = 0.0, 0.0
        self._beats: dict[str, datetime] = {}
        self._looked_at = 0.0

    def jump(self) -> float:
        """By how many seconds the clock of this machine was set within the last minute; 0 where it was not."""
        steady = self._steady()
        offset = timezone.now().timestamp() - steady
        with self._lock:
            if self._offset is not None and abs(offset - self._offset) > FELT_S:
                self._jump, self._jumped_at = offset - self._offset, steady
            self._offset = offset
            return self._jump if steady - self._jumped_at < TOLD_FOR_S else 0.0

    def skewed(self, beats: Iterable[tuple[str, datetime]]) -> dict[str, float]:
        """Of workers and the dates of their last beats, those whose clock is ahead or behind, in seconds.

        A beat of long ago comes from a worker that is gone, unless it came after the last look: then its date is wrong.
        """
        now, steady, latest = timezone.now(), self._steady(), dict(beats)
        with self._lock:
            before, self._beats = self._beats, latest
            elapsed, self._looked_at = steady - self._looked_at, steady
        ahead = {name: (at - now).total_seconds() for name, at in latest.items()}
        moved = {name for name, at in latest.items() if before.get(name, at) != at}
        return {name: by for name, by in ahead.items() if by > FELT_S or (name in moved and -by > elapsed + FELT_S)}
