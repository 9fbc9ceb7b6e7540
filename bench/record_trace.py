"""Records a trace: real paintings of several people on a real engine, and all that a forecast could have known of them.

Run as `python -m bench.record_trace NAME --seconds 300 --seed 1`. Two models that do not fit into memory together, so
that they are switched; sizes, steps, samplers and counts are mixed, and arrivals come in bursts, all by the seed. Keeps
`bench/traces/NAME.json`, which `bench/eta.py` replays: the moment of each submit with the studio as the database showed
it then, and what was learned from each painting when it was done.

All times are those of the device: waiting behind strangers for the processor is not counted, as if the machine painted
and did nothing else.
"""

import argparse
import json
import random
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

from bench.machine import this_machine
from bench.measuring import unhindered_clock
from bench.models import STARTER, broad, model_folder
from bench.studio import queue_job, temporary_studio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aria_site.accounts.models import User
    from generation.engine.contract import PaintingFacts
    from generation.engine.engine import Engine
    from generation.models import Job
    from generation.services import Claim
    from generation.worker import StudioWorker

TRACES = Path(__file__).parent / "traces"
THREADS = 4
BUDGET_BYTES = 400_000_000
"""Either model fits, both together do not."""
LOOK_EVERY_S = 0.03
PEOPLE = ("ada", "ben", "cleo")
SIDES = {"starter": ((128, 128), (256, 192), (256, 256)), "broad": ((128, 128), (192, 128), (192, 192))}
STEPS, COUNTS, SAMPLERS = (4, 8, 12, 20), (1, 1, 1, 1, 2, 4), ("Euler", "DPM++ 2M", "Heun")
BURST, WITHIN_S, PAUSE_S = 6, 1.5, 8.0
"""Jobs of a burst at the most, the mean time between two of them, and the mean time between bursts."""


class DeviceTime:
    """The time of day as the device thread lives through it."""

    def __init__(self) -> None:
        (thread_id,) = (thread.native_id for thread in threading.enumerate() if thread.name == "device")
        self.seconds = unhindered_clock(thread_id)
        self._began, self._day = self.seconds(), datetime.now(UTC)

    def now(self) -> datetime:
        """The moment."""
        return self._day + timedelta(seconds=self.seconds() - self._began)

    def sleep(self, seconds: float) -> None:
        """Return after so many seconds of the device."""
        until = self.seconds() + seconds
        while (left := until - self.seconds()) > 0:
            time.sleep(left)


class Recorder:
    """What happened so far, in seconds since the beginning."""

    def __init__(self, began: datetime) -> None:
        self._lock = threading.Lock()
        self._started = began.timestamp()
        self.jobs: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []

    def submitted(self, job: "Job") -> None:
        """Note a job and the studio as it stands with it."""
        from django.utils import timezone

        from generation.forecasting.asking import ask_of
        from generation.services.outlooks import studio_seen

        type(job).objects.filter(pk=job.pk).update(created_at=timezone.now())
        studio = studio_seen(timezone.now())
        ask = ask_of(job.recipe_data, job.count)
        if ask is None:
            raise ValueError("A recipe that was just made cannot be read.")
        with self._lock:
            self.jobs[str(job.pk)] = asdict(ask)
            self.events.append({"at": studio.now.timestamp() - self._started, "job": str(job.pk), "studio": studio})

    def painted(self, claim: "Claim", facts: "PaintingFacts", *, stored_s: float) -> None:
        """Note what can be learned from a painting."""
        from generation.models import GpuTime, Job
        from generation.services.learning import bytes_in_memory, share_held

        line = GpuTime.objects.filter(job=claim.job.pk, ended_at__isnull=False).latest("ended_at")
        finished = Job.objects.values_list("finished_at", flat=True).get(pk=claim.job.pk)
        with self._lock:
            self.events.append(
                {
                    "at": (finished or line.started_at).timestamp() - self._started,
                    "job": str(claim.job.pk),
                    "device": facts.device,
                    "share": share_held(line, facts.paint_s + stored_s),
                    "taken_s": facts.paint_s + stored_s,
                    "load_s": facts.load_s,
                    "bytes": bytes_in_memory(claim.job.recipe_data["model"], line.worker),
                }
            )


def main() -> None:
    """Record one trace."""
    parser = argparse.ArgumentParser(prog="python -m bench.record_trace")
    parser.add_argument("name")
    parser.add_argument("--seconds", type=float, default=300.0, help="how long people submit")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(model_folder(broad))
        stack.enter_context(temporary_studio())
        people = _prepare(folder)
        engine = _engine()
        clock = stack.enter_context(_device_time())
        recorder = Recorder(clock.now())
        stack.enter_context(mock.patch("generation.painting.painting_learn", recorder.painted))
        worker = stack.enter_context(_painting(engine))
        for pause_s, owner, asked in _orders(people, options.seconds, random.Random(options.seed)):
            clock.sleep(pause_s)
            recorder.submitted(queue_job(owner, **asked))
        _wait_until_idle(worker)
    TRACES.mkdir(exist_ok=True)
    machine = this_machine("cpu")
    path = TRACES / f"{options.name}.json"
    path.write_text(json.dumps(_document(recorder, machine.folder_name, options.seed), separators=(",", ":")) + "\n")


def _prepare(folder: Path) -> "list[User]":
    from aria_site.accounts.models import User
    from generation.models import DiffusionModel
    from generation.services import model_register

    DiffusionModel.objects.all().delete()
    model_register(folder=STARTER, name="starter")
    model_register(folder=folder, name="broad")
    return [User.objects.create(username=name) for name in PEOPLE]


def _engine() -> "Engine":
    from generation.catalogue import model_source
    from generation.engine.engine import Engine
    from generation.sketching import recipe_sketch

    return Engine(
        models=model_source,
        sketcher=recipe_sketch,
        device="cpu",
        dtype="float32",
        threads=1,
        ram_budget_bytes=BUDGET_BYTES,
    )


@contextmanager
def _device_time() -> "Iterator[DeviceTime]":
    """Have everything that is written down take the device's time."""
    clock = DeviceTime()
    with (
        mock.patch("django.utils.timezone.now", clock.now),
        mock.patch("generation.engine.painter.time", SimpleNamespace(perf_counter=clock.seconds)),
        mock.patch("generation.painting.time", SimpleNamespace(monotonic=clock.seconds)),
    ):
        yield clock


@contextmanager
def _painting(engine: "Engine") -> "Iterator[StudioWorker]":
    """A worker whose threads paint whatever is claimable."""
    from generation.worker import StudioWorker

    worker, over = StudioWorker(engine, name="gpu0"), threading.Event()

    def paint() -> None:
        while not over.wait(LOOK_EVERY_S):
            worker.paint_claimable()

    threads = [threading.Thread(target=paint, daemon=True) for _ in range(THREADS)]
    worker.start()
    for thread in threads:
        thread.start()
    try:
        yield worker
    finally:
        over.set()
        for thread in threads:
            thread.join()
        worker.stop()


def _orders(
    people: "list[User]", seconds: float, chance: random.Random
) -> "Iterator[tuple[float, User, dict[str, Any]]]":
    """Who submits what after which pause."""
    at = 0.0
    while at < seconds:
        owner, model = chance.choice(people), chance.choice(tuple(SIDES))
        for number in range(chance.randint(1, BURST)):
            pause_s = chance.expovariate(1 / (WITHIN_S if number else PAUSE_S))
            at += pause_s
            yield pause_s, owner, {"model": model, **_wishes(model, chance)}


def _wishes(model: str, chance: random.Random) -> dict[str, Any]:
    width, height = chance.choice(SIDES[model])
    return {
        "width": width,
        "height": height,
        "steps": chance.choice(STEPS),
        "sampler": chance.choice(SAMPLERS),
        "guidance": chance.choice((1.0, 4.0)),
        "count": chance.choice(COUNTS),
    }


def _wait_until_idle(worker: "StudioWorker") -> None:
    from generation.models import Job

    while Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists():
        time.sleep(LOOK_EVERY_S)
    while worker.engine.status().orders:
        time.sleep(LOOK_EVERY_S)


def _document(recorder: Recorder, machine: str, seed: int) -> dict[str, Any]:
    """The trace with short numbers for keys and times."""
    numbers = {key: number for number, key in enumerate(recorder.jobs)}
    return {
        "machine": machine,
        "seed": seed,
        "jobs": list(recorder.jobs.values()),
        "events": [_event(event, numbers) for event in sorted(recorder.events, key=lambda event: event["at"])],
    }


def _event(event: dict[str, Any], numbers: dict[str, int]) -> dict[str, Any]:
    told = {**_rounded(event), "job": numbers[event["job"]]}
    if "studio" in event:
        studio = event["studio"]
        told["studio"] = {
            "painters": [{**asdict(painter), "pinned": sorted(painter.pinned)} for painter in studio.painters],
            "running": [
                [numbers[job.key], job.owner_id, job.worker, round(job.progress, 3), job.loading, round(job.since_s, 3)]
                for job in studio.running
            ],
            "queue": [
                [
                    numbers[job.key],
                    job.owner_id,
                    round(job.turn, 3),
                    round((studio.now - job.created_at).total_seconds(), 3),
                ]
                for job in studio.queue
            ],
        }
    return told


def _rounded(event: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in event.items()}


if __name__ == "__main__":
    main()
