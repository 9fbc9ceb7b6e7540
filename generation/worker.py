"""The GPU worker of this process: one engine, the leases it holds, and the heartbeat that keeps both alive."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.utils import Error as DatabaseError

from aria_site.kernel.ids import new_id
from aria_site.kernel.recipe import RecipeError
from generation.catalogue import model_source
from generation.engine.contract import EngineError, PaintingEngine, Stage
from generation.models import Job
from generation.painting import Painting
from generation.selectors import jobs_wait
from generation.services import (
    Claim,
    engine_facts,
    job_claim,
    job_fail,
    leases_renew,
    ring,
    worker_left,
    worker_seen,
)
from generation.troubles import has_room

logger = logging.getLogger(__name__)

BEAT_S = 3.0
STAGE_BUDGET_S: dict[Stage, float] = {
    Stage.WAIT: 3600.0,
    Stage.LOAD: 900.0,
    Stage.ENCODE: 120.0,
    Stage.STEP: 120.0,
    Stage.DECODE: 300.0,
}
"""How long progress may stand still in a stage before the lease is no longer renewed."""


class StudioWorker:
    """Claims jobs for one engine and paints them. Thread-safe: each Celery thread calls `paint_claimable`."""

    def __init__(self, engine: PaintingEngine, *, name: str, boot_id: str = "", beat_s: float = BEAT_S) -> None:
        self.engine = engine
        self.name = name
        self.boot_id = boot_id or new_boot_id(name)
        self._beat_s = beat_s
        self._claiming = threading.Lock()
        self._paintings: dict[UUID, _Watched] = {}
        self._stop = threading.Event()
        self._beats = 0

    def start(self) -> None:
        """Announce this worker and start its heartbeat."""
        self._announce()
        threading.Thread(target=self._beat_forever, name="worker-beat", daemon=True).start()

    def stop(self) -> None:
        """Claim no more and withdraw what is being painted; its jobs go back into the queue."""
        self._stop.set()
        self.engine.close()
        worker_left(self.boot_id)

    def paint_claimable(self, only: UUID | None = None) -> int:
        """Paint until nothing is claimable for this worker. Returns how many jobs were painted or tried."""
        painted = 0
        while not self._stop.is_set():
            claim = self._claim(only)
            if claim is None:
                break
            self._paint(claim)
            painted += 1
        return painted

    def _claim(self, only: UUID | None) -> Claim | None:
        """One claimer at a time, so that the worker never holds more than its engine can take; none on a full disk."""
        if not has_room():
            logger.warning("the disk is full: no job is taken")
            return None
        with self._claiming:
            status = self.engine.status()
            resident = {model.name for model in status.models}
            claim = job_claim(
                worker=self.boot_id,
                device=status.device,
                can_take=self._can_take,
                prefers=lambda job: job.recipe_data.get("model") in resident,
                only=only,
            )
            if claim:
                self._submit(claim, ring_for_more=only is None)
            return claim

    def _can_take(self, job: Job) -> bool:
        try:
            return self.engine.free_slots(job.recipe, job.priority) > 0
        except RecipeError:
            # Whoever takes it says so to its owner; left in the queue, nobody ever would.
            return True

    def _submit(self, claim: Claim, *, ring_for_more: bool) -> None:
        def ring_if_there_is_room() -> None:
            """Another thread of this worker, or another worker, takes what can be painted at the same time."""
            if ring_for_more and self._can_take(claim.job) and jobs_wait():
                ring()

        try:
            painting = Painting(claim, self.engine, on_painted=ring_if_there_is_room)
            self._paintings[claim.token] = _Watched(painting)
            ring_if_there_is_room()
        except RecipeError as error:
            job_fail(claim, EngineError(str(error), code="recipe_unreadable"))

    def _paint(self, claim: Claim) -> None:
        watched = self._paintings.get(claim.token)
        if watched is None:
            return
        try:
            watched.painting.run()
        except BaseException:
            # Nobody waits for it any more: the device shall not paint on.
            watched.painting.ticket.cancel()
            raise
        finally:
            del self._paintings[claim.token]

    def _beat_forever(self) -> None:
        while not self._stop.wait(self._beat_s):
            try:
                close_old_connections()
                self.beat()
            except DatabaseError:
                logger.exception("a heartbeat was missed")
        connection.close()

    def beat(self) -> None:
        """Renew the leases of paintings that move; withdraw those whose lease is lost."""
        watched = dict(self._paintings)
        moving = [token for token, painting in watched.items() if painting.is_moving()]
        for token in leases_renew(moving):
            watched[token].painting.ticket.cancel()
        self._announce()

    def _announce(self) -> None:
        self._beats += 1
        status = self.engine.status()
        worker_seen(
            self.boot_id,
            name=self.name,
            host=socket.gethostname(),
            beats=self._beats,
            **engine_facts(status),
        )


class _Watched:
    """A painting under the eyes of the heartbeat."""

    def __init__(self, painting: Painting, clock: Callable[[], float] = time.monotonic) -> None:
        self.painting = painting
        self._clock = clock
        self._progress = -1
        self._moved_at = clock()

    def is_moving(self) -> bool:
        """Whether progress moved within the budget of the stage it is in."""
        if self.painting.ticket.progress != self._progress:
            self._progress = self.painting.ticket.progress
            self._moved_at = self._clock()
        return self._clock() - self._moved_at < STAGE_BUDGET_S[self.painting.ticket.stage]


def new_boot_id(name: str) -> str:
    """An id for one run of a worker process."""
    return f"{name}/{new_id().hex[:12]}"


def engine_build() -> PaintingEngine:
    """The engine of this process, as the settings want it."""
    from generation.engine.engine import Engine
    from generation.picture_files import picture_pixels
    from generation.sketching import recipe_sketch

    return Engine(
        models=model_source,
        sketcher=recipe_sketch,
        pictures=picture_pixels,
        device=None if settings.ARIA_DEVICE == "auto" else settings.ARIA_DEVICE,
        threads=settings.ARIA_THREADS or None,
        ram_budget_bytes=settings.ARIA_RAM_BUDGET or None,
        vram_budget_bytes=settings.ARIA_VRAM_BUDGET or None,
        device_label=settings.ARIA_DEVICE_LABEL or None,
        on_stuck=_leave,
    )


def _leave() -> None:
    """A stuck device thread cannot be ended from inside: the process goes, and its supervisor starts it anew."""
    logger.critical("the device is stuck: this worker process ends")
    os._exit(70)
