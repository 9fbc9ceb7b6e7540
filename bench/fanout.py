"""Claim: who paints does not pay for who watches.

- processor time of a worker whose job 100 people watch / nobody watches: at most 1.02;
- age of the frames that others see beside a viewer who does not read / without him: at most 1.1;
- frames reach all of them.

The worker is real (claims, leases, progress, hints, frames in Valkey), its device is scripted: a fixed amount of
processor time a step. The viewers are real consumers on the real channel layer, in a process of their own.
"""

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from bench.measuring import at_least, at_most, ratio_of, turns
from bench.reporting import Report, run_script
from bench.scripted_engine import Script, ScriptedEngine
from bench.studio import end, queue_job, somebody, studio_process, tell, temporary_studio
from bench.viewers import stamped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from generation.worker import StudioWorker

STEP_S, STEPS, FRAME_EVERY = 0.008, 60, 15
PAIRS, STALLED_PAIRS, GUIDE_ROUNDS = 15, 8, 3
FRAME_BYTES = 12 * 1024
LARGEST_CROWD = 100


@dataclass(frozen=True, slots=True)
class Crowd:
    """What one job cost its worker, and what its viewers got."""

    worker_s: float
    viewers: dict[str, Any]


class Stage:
    """A worker, and a process full of viewers."""

    def __init__(self, worker: "StudioWorker", viewers: "Popen[str]") -> None:
        self._worker, self._viewers = worker, viewers
        self._owner = somebody()
        self._session = _session_of(self._owner)

    def paint_before(self, viewers: int, *, stalled: int = 0) -> Crowd:
        """Paint one job before so many people."""
        job = queue_job(self._owner, steps=STEPS, width=256, height=256)
        tell(self._viewers, f"{viewers + stalled} {stalled} {job.pk} {self._session}")
        started = time.process_time()
        self._worker.paint_claimable(job.pk)
        spent = time.process_time() - started
        return Crowd(spent, json.loads(tell(self._viewers, "done")))


def measure(report: Report, device: str) -> None:
    """Paint before crowds of several sizes, then beside somebody who does not read."""
    with temporary_studio(), _stage() as stage:
        stage.paint_before(LARGEST_CROWD)
        last: dict[int, Crowd] = {}
        pairs = _worker_times(stage, last)
        report.goal("worker_100_viewers_over_none", ratio_of(pairs), at_most(1.02))
        crowd = last[LARGEST_CROWD].viewers
        report.goal("frames_of_the_viewer_who_got_fewest", crowd["fewest"], at_least(1))
        report.figure("delivery_to_one_of_100", crowd["cpu_s"] / crowd["deliveries"] * 1e6, "us of processor")
        for size in (1, 10):
            spent = median(stage.paint_before(size).worker_s for _ in range(GUIDE_ROUNDS))
            report.figure(f"worker_{size}_viewers_over_none", spent / median(alone for _, alone in pairs), "x")
        _beside_a_stalled_one(report, stage)


def _worker_times(stage: Stage, last: dict[int, Crowd]) -> list[tuple[float, float]]:
    times: list[tuple[float, float]] = []
    for crowd_first in turns(PAIRS):
        for size in (LARGEST_CROWD, 0) if crowd_first else (0, LARGEST_CROWD):
            last[size] = stage.paint_before(size)
        times.append((last[LARGEST_CROWD].worker_s, last[0].worker_s))
    return times


def _beside_a_stalled_one(report: Report, stage: Stage) -> None:
    def age(stalled: int) -> float:
        return fmean(stage.paint_before(10, stalled=stalled).viewers["ages"])

    ages = []
    for stalled_first in turns(STALLED_PAIRS):
        first, second = age(int(stalled_first)), age(int(not stalled_first))
        ages.append((first, second) if stalled_first else (second, first))
    report.goal("frame_age_beside_a_stalled_viewer", ratio_of(ages), at_most(1.1))
    report.figure("frame_age", median(alone for _, alone in ages) * 1000, "ms")


@contextmanager
def _stage() -> "Iterator[Stage]":
    from generation.worker import StudioWorker

    jpeg = _noise_jpeg()
    engine = ScriptedEngine(Script(step=_compute, frame_every=FRAME_EVERY, frame=lambda: stamped(jpeg)))
    viewers = studio_process("viewers")
    try:
        yield Stage(StudioWorker(engine, name="fanout"), viewers)
    finally:
        end(viewers)


def _compute() -> None:
    """A step that costs the same however busy the machine is."""
    until = time.thread_time() + STEP_S
    while time.thread_time() < until:
        pass


def _session_of(owner: Any) -> str:
    """The key under which the owner is signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(owner.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _noise_jpeg() -> bytes:
    """A frame as large as real ones are."""
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    content = BytesIO()
    Image.fromarray(noise).save(content, "JPEG", quality=80)
    return content.getvalue().ljust(FRAME_BYTES, b"\0")


if __name__ == "__main__":
    run_script(__file__, measure)
