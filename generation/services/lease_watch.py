"""Which leases nobody renews. Clocks are set and differ between machines, so an old date alone proves no death."""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from generation.services.claiming import LEASE

STILL_S = 7.0
"""Two beats of a worker and a bit: a lease whose date did not move for so long is renewed by nobody."""

BLIND_S = 60.0
"""Who has not looked for so long was stopped, the workers perhaps as well."""


class Lease(NamedTuple):
    """The lease of a running job as its row has it."""

    token: UUID
    until: datetime


class LeaseWatch:
    """What one process saw of all leases, by a clock that nobody sets. Thread-safe.

    A worker that lives gives its leases a new date with every beat, whatever its clock says. So a lease is dead once
    its date is over and did not move for STILL_S, or did not move for as long as a lease lasts, its date over or not.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._since: dict[Lease, float] = {}
        self._looked_at = clock()

    def dead(self, leases: Iterable[Lease]) -> set[UUID]:
        """The tokens of the dead ones among all leases that there are now."""
        now, today = self._clock(), timezone.now()
        with self._lock:
            if now - self._looked_at > BLIND_S:
                self._since = {}
            self._looked_at = now
            since = {lease: self._since.get(lease, now) for lease in leases}
            self._since = since
        return {lease.token for lease, began in since.items() if now - began >= _patience_s(lease, today)}

    def forget(self) -> None:
        """Begin anew: nobody could renew anything meanwhile, or nobody could see it."""
        with self._lock:
            self._since = {}


def _patience_s(lease: Lease, today: datetime) -> float:
    return STILL_S if lease.until < today else LEASE.total_seconds()
