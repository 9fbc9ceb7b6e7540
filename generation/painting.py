"""Painting one claimed job: follows the engine's events, keeps people informed, stores what comes out."""

import logging
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from structlog.contextvars import bound_contextvars

from gallery.models import Artwork
from gallery.services import FinishedPicture, StoredFiles, artwork_files_delete, artwork_files_write
from generation.engine.contract import (
    EngineError,
    Finished,
    Painted,
    PaintEvent,
    PaintingCancelledError,
    PaintingEngine,
    PaintOrder,
    Preview,
    Stage,
    StageEntered,
    Stepped,
    Ticket,
)
from generation.live import Frame, is_viewed, job_changed, job_stepped, keep_frame
from generation.models import Job
from generation.services import (
    Claim,
    job_begin,
    job_fail,
    job_give_back,
    job_progress_note,
    job_succeed,
    painting_learn,
    reproduction_judge,
)
from generation.services.endings import LeaseLostError
from generation.sketching import words_unread
from generation.troubles import AWAY, patiently, storing_failed

logger = logging.getLogger(__name__)

NOTE_EVERY_S = 0.5
"""How often progress is stored; the same update finds out that a job was cancelled."""
PAINTED_SHARE = 0.95
"""Progress when the last step is done; decoding and storing are the rest."""


class StepPace:
    """How long the steps of a painting take, from the first one after it was taken up or went on."""

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None

    def left_s(self, step: int, total: int, now: float) -> float | None:
        """Seconds until the last step, if the next ones take as long as those so far; None at the first."""
        if self._first is None:
            self._first = (step, now)
        first, since = self._first
        return (total - step) * (now - since) / (step - first) if step > first else None


class Painting:
    """One claimed job from the engine's first event to the stored pictures.

    Not shared between threads: the thread that waits on the ticket owns it. `on_painted` is called when the device is
    done with it and its pictures are not yet stored.
    """

    def __init__(self, claim: Claim, engine: PaintingEngine, *, on_painted: Callable[[], None] = lambda: None) -> None:
        self.claim = claim
        self._on_painted = on_painted
        self._job = claim.job
        self._recipe = claim.job.recipe
        self._checkpoints = Path(settings.CHECKPOINT_DIR, str(self._job.pk))
        order = PaintOrder(
            job_id=str(self._job.pk),
            recipe=self._recipe,
            indices=tuple(range(self._job.count)),
            checkpoint_dir=self._checkpoints,
            priority=self._job.priority,
            watched=is_viewed(self._job.pk),
            alone=self._job.is_suspect,
        )
        self.ticket: Ticket = engine.submit(order)
        self._pictures: dict[int, Painted] = {}
        self._frame = 0
        self._pace = StepPace()
        self._noted_at = 0.0
        self._begun = False

    def run(self) -> None:
        """Paint to the end, whatever that is; the job's row tells which one it was."""
        with bound_contextvars(job_id=str(self._job.pk)):
            try:
                self._follow()
            except PaintingCancelledError:
                # Either the person cancelled (the lease is gone and nothing is left to do) or the worker stops.
                given_back = patiently(lambda: job_give_back(self.claim))
                logger.info("painting withdrawn, given back: %s", given_back)
            except LeaseLostError:
                logger.info("the lease is gone: the work is dropped")
            except EngineError as error:
                self._end_badly(error)

    def _follow(self) -> None:
        for event in self.ticket.events():
            self._handle(event)

    def _handle(self, event: PaintEvent) -> None:
        match event:
            case StageEntered(stage=stage):
                self._pace = StepPace()
                self._enter(stage)
            case Stepped():
                self._stepped(event)
            case Painted(index=index):
                self._pictures[index] = event
            case Finished():
                # The device is free from here on; storing needs none.
                self._on_painted()
                self._store(event)

    def _enter(self, stage: Stage) -> None:
        if self._begun or stage is Stage.WAIT:
            self._note(progress=None, stage=stage.value, at_once=True)
        else:
            self._begun = True
            self._drop_unless(lambda: job_begin(self.claim, stage=stage.value))
        job_changed(self._job.pk, owner_id=self._job.owner_id)

    def _stepped(self, event: Stepped) -> None:
        if event.preview is not None:
            self._show(event.preview)
        share = PAINTED_SHARE * event.step / event.total
        self._note(progress=share, stage="step", at_once=False)
        left_s = self._pace.left_s(event.step, event.total, time.monotonic())
        job_stepped(self._job.pk, step=event.step, total=event.total, stage="step", frame=self._frame, left_s=left_s)

    def _show(self, preview: Preview) -> None:
        self._frame += 1
        keep_frame(self._job.pk, Frame(self._frame, preview.jpeg))

    def _note(self, *, progress: float | None, stage: str, at_once: bool) -> None:
        """Store how far it is, now and then, and find out whether the lease is still held."""
        now = time.monotonic()
        if not at_once and now - self._noted_at < NOTE_EVERY_S:
            return
        self._noted_at = now
        self.ticket.watched = is_viewed(self._job.pk)
        self._drop_unless(lambda: job_progress_note(self.claim, progress=progress, stage=stage))

    def _drop_unless(self, is_held: Callable[[], bool]) -> None:
        """Withdraw the order when the lease turns out to be lost."""
        try:
            held = is_held()
        except AWAY as error:
            # Nobody can cancel meanwhile, and the lease has a heartbeat of its own: the painting goes on.
            logger.warning("progress was not noted: %s", type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            return
        if not held:
            self.ticket.cancel()

    def _store(self, finished: Finished) -> None:
        painted_at = time.monotonic()
        self._note(progress=PAINTED_SHARE, stage="store", at_once=True)
        if self._job.kind == Job.Kind.REPRODUCTION:
            patiently(lambda: reproduction_judge(self.claim, self._pictures[0].pixels, facts=self._facts(finished)))
        else:
            self._hang(finished)
        painting_learn(self.claim, finished.facts, stored_s=time.monotonic() - painted_at)
        shutil.rmtree(self._checkpoints, ignore_errors=True)
        logger.info("painted %d pictures in %.2f s", len(self._pictures), finished.facts.paint_s)

    def _hang(self, finished: Finished) -> None:
        files: list[StoredFiles] = []
        try:
            files.extend(self._write(index, finished) for index in sorted(self._pictures))
            patiently(lambda: job_succeed(self.claim, files, device=finished.facts.device))
        except BaseException as error:
            if patiently(lambda: _are_hung(files)):
                # The commit went through, and only its answer was lost.
                return
            for stored in files:
                artwork_files_delete(stored)
            if isinstance(error, OSError):
                raise storing_failed(error) from error
            raise

    def _facts(self, finished: Finished) -> dict[str, Any]:
        """What is stored beside the recipe: how it was painted, and who did it."""
        worker = self._job.worker.partition("/")[0]
        return {**asdict(finished.facts), "worker": worker, "words_unread": words_unread(self._recipe)}

    def _write(self, index: int, finished: Finished) -> StoredFiles:
        return artwork_files_write(
            FinishedPicture(
                pixels=self._pictures[index].pixels,
                recipe=self._recipe.for_picture(index),
                origin_key=self._job.origin_key(index),
                facts=self._facts(finished),
            )
        )

    def _end_badly(self, error: EngineError) -> None:
        logger.warning("painting failed (%s): %s", error.code, error)
        if error.retryable and patiently(lambda: job_give_back(self.claim, trouble=str(error))):
            return
        try:
            patiently(lambda: job_fail(self.claim, error))
        except LeaseLostError:
            logger.info("the job was over before its failure could be noted")


def _are_hung(files: Sequence[StoredFiles]) -> bool:
    """Whether rows speak of these files: all do, or none."""
    return Artwork.objects.filter(pk__in=[stored.artwork_id for stored in files[:1]]).exists()
