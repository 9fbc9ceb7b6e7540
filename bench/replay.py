"""Traces played again: what was submitted and painted when, and what would have been foretold of it.

A forecast is made at each submit from the studio as it was recorded and from what was learned up to then; it is judged
by when the job was done. Nothing of the future is known to it.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from generation.forecasting.asking import Ask
from generation.forecasting.looking_ahead import Choose, Queued, Running, Studio, look_ahead
from generation.forecasting.pace import Load, Pace, Paces
from generation.forecasting.ranges import Kind, Promise, Tails, factors_of, promise
from generation.forecasting.workers import Painter

TRACES = Path(__file__).parent / "traces"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
AT_ONCE_S = 1.0


@dataclass(slots=True)
class Experience:
    """What was learned so far; the same sums that a studio keeps in its database."""

    paces: dict[tuple[str, str, int], Pace] = field(default_factory=dict)
    loads: dict[tuple[str, str], Load] = field(default_factory=dict)
    errors: dict[Kind, list[float]] = field(default_factory=dict)
    tails: Tails = field(default_factory=Tails)
    seconds: list[float] = field(default_factory=list)
    """What each painting cost its device."""

    def known(self) -> Paces:
        """As a forecast takes it."""
        return Paces(paces=self.paces, loads=self.loads)

    def learn(self, ask: Ask, event: Mapping[str, Any]) -> None:
        """Take in a painting."""
        device, share = event["device"], event["share"]
        self.seconds.append(event["taken_s"] * share)
        if event["load_s"] > 0:
            load = self.loads.get((ask.model, device), Load(seconds=event["load_s"]))
            self.loads[ask.model, device] = load.learned(event["load_s"], event["bytes"])
        key = (ask.model, device, ask.bucket)
        prior = self.known().prior(ask, device)
        pace = self.paces.get(key, Pace())
        self.paces[key] = pace.learned(ask, event["taken_s"] * share, share=share, prior=prior)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """A forecast and what came of it."""

    job: int
    kind: Kind
    estimate_s: float
    promise: Promise
    took_s: float
    plain_s: float
    """What the usual rule would have told: the mean time of a job, times the jobs before it and itself."""

    @property
    def plain_error(self) -> float:
        """How far off that would have been."""
        return abs(self.plain_s - self.took_s) / self.took_s

    @property
    def error(self) -> float:
        """How far off it was, as a share of what the job took."""
        return abs(self.promise.seconds - self.took_s) / self.took_s

    @property
    def in_range(self) -> bool:
        """Whether the job was done within its range."""
        return self.promise.low <= self.took_s <= self.promise.high


def trace(name: str) -> dict[str, Any]:
    """A stored trace."""
    document: dict[str, Any] = json.loads((TRACES / f"{name}.json").read_text("utf-8"))
    return document


def replay(document: Mapping[str, Any], experience: Experience, *, choose: Choose | None = None) -> list[Foretold]:
    """Play a trace, learning on the way, and return what was foretold of each job of which anything could be."""
    asks = [Ask(**job) for job in document["jobs"]]
    done_at = {event["job"]: event["at"] for event in document["events"] if "studio" not in event}
    made: dict[int, Foretold] = {}
    for event in document["events"]:
        job = event["job"]
        if "studio" not in event:
            experience.learn(asks[job], event)
            if job in made:
                error = math.log(made[job].took_s / made[job].estimate_s)
                experience.errors.setdefault(made[job].kind, []).insert(0, error)
                told = made[job].promise
                sooner, later = made[job].took_s < told.low, made[job].took_s > told.high
                experience.tails = experience.tails.after(sooner=sooner, later=later)
        elif job in done_at and (foretold := _foretell(event, asks, experience, done_at=done_at[job], choose=choose)):
            made[job] = foretold
    return list(made.values())


def _foretell(
    event: Mapping[str, Any], asks: Sequence[Ask], experience: Experience, *, done_at: float, choose: Choose | None
) -> Foretold | None:
    studio, job = studio_of(event, asks), event["job"]
    outlook = look_ahead(studio, experience.known(), choose=choose, wanted={str(job)}).get(str(job))
    took_s = done_at - event["at"]
    if outlook is None or took_s <= 0:
        return None
    keys = [held.key for held in studio.running] + [queued.key for queued in studio.queue]
    before = keys.index(str(job))
    kind = Kind.of(before=0 if outlook.starts_s < AT_ONCE_S else max(1, before), guess=outlook.guess)
    return Foretold(
        job=job,
        kind=kind,
        estimate_s=outlook.seconds,
        promise=promise(outlook.seconds, factors_of(kind, experience.errors, experience.tails)),
        took_s=took_s,
        plain_s=mean(experience.seconds) * (before + 1),
    )


def studio_of(event: Mapping[str, Any], asks: Sequence[Ask]) -> Studio:
    """The studio of a submit, as it was recorded."""
    now = BEGINNING + timedelta(seconds=event["at"])
    told = event["studio"]
    return Studio(
        now=now,
        painters=[Painter(**{**painter, "pinned": frozenset(painter["pinned"])}) for painter in told["painters"]],
        running=list(_running(told["running"], asks)),
        queue=list(_queue(told["queue"], asks, now)),
    )


def _running(rows: Sequence[Sequence[Any]], asks: Sequence[Ask]) -> Iterator[Running]:
    for number, owner_id, worker, progress, loading, since_s in rows:
        yield Running(
            key=str(number),
            owner_id=owner_id,
            priority=0,
            worker=worker,
            ask=asks[number],
            progress=progress,
            loading=loading,
            since_s=since_s,
        )


def _queue(rows: Sequence[Sequence[Any]], asks: Sequence[Ask], now: datetime) -> Iterator[Queued]:
    for number, owner_id, turn, age_s in rows:
        yield Queued(
            key=str(number),
            owner_id=owner_id,
            priority=0,
            created_at=now - timedelta(seconds=age_s),
            turn=turn,
            ask=asks[number],
        )


def as_claimed() -> Choose:
    """The order in which workers claim, for a process that has Django set up."""
    from generation.services.claiming import order_of_claim

    return partial(order_of_claim)
