"""The queue simulated forward: which worker takes which job when, and when each is done.

Jobs are claimed as workers claim them: whoever used least comes first, a worker prefers what it has in memory, jobs of
one shape share its model calls, and an urgent one takes the place of others. Times are seconds from now.
"""

import heapq
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from generation.forecasting.asking import Ask
from generation.forecasting.pace import Cost, Paces
from generation.forecasting.workers import LEAST_S, Held, Painter, SimulatedWorker

NEXT_FEW, FURTHER_DOWN = 6, 50
"""How far down the queue a worker looks for a job that it can take; further only where none of the next few will do."""
AT_HAND_S, PRIORITY_S, HALF_LIFE_S = 1.0, 60.0, 600.0
"""What a claim and a step of priority count, and when what was used counts half: as in `services.claim_statement`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A job that waits."""

    key: str
    owner_id: int
    priority: int
    created_at: datetime
    line_at: datetime | None = None
    """Where its owner put it among their own, if they did."""
    turn: float
    """By what its owner used lately, as the claim counts it; the lowest goes first."""
    ask: Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A job that a worker holds."""

    key: str
    owner_id: int
    priority: int
    worker: str
    ask: Ask
    progress: float
    loading: bool
    """Whether it still waits for its model."""
    since_s: float
    """How long ago it was claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """Everything that a look ahead needs to know of a moment."""

    now: datetime
    painters: Sequence[Painter]
    running: Sequence[Running] = ()
    queue: Sequence[Queued] = ()
    """In the order in which they would be claimed this instant."""
    alone: Collection[str] = frozenset()
    """Models that paint one picture at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """When a job will be done."""

    seconds: float
    starts_s: float = 0.0
    """When a worker takes it; 0 where one holds it."""
    guess: bool = False
    """Whether what it or a job before it costs was never seen."""


class Choose(Protocol):
    """Which jobs of a queue a worker tries to take, in that order (see `services.claiming.order_of_claim`)."""

    def __call__(
        self,
        queue: Sequence[Queued],
        *,
        can_take: Callable[[Queued], bool],
        prefers: Callable[[Queued], bool],
        now: datetime,
    ) -> list[Queued]:
        """The jobs that it can take, best first."""
        ...


def look_ahead(
    studio: Studio, paces: Paces, *, choose: Choose | None = None, wanted: Collection[str] | None = None
) -> dict[str, Outlook]:
    """When jobs will be done: all that are painted or wait, or those wanted.

    A job is missing from the answer where nobody is awake to paint it, and where nothing at all was learned yet.
    """
    return _LookAhead(studio, paces, choose or in_turn, wanted).run()


def in_turn(
    queue: Sequence[Queued],
    *,
    can_take: Callable[[Queued], bool],
    prefers: Callable[[Queued], bool],
    now: datetime,
) -> list[Queued]:
    """Whatever can be taken, in the order of the queue."""
    return [job for job in queue if can_take(job)]


class _LookAhead:
    def __init__(self, studio: Studio, paces: Paces, choose: Choose, wanted: Collection[str] | None) -> None:
        self._studio, self._choose = studio, choose
        self._open = {job.key for job in studio.running} | {job.key for job in studio.queue}
        if wanted is not None:
            self._open &= set(wanted)
        self._time_s = 0.0
        self._workers = {
            painter.worker: SimulatedWorker(painter, paces, alone=studio.alone) for painter in studio.painters
        }
        self._queues: dict[int, list[Queued]] = {}
        self._used_s: dict[int, float] = {}
        for job in studio.queue:
            self._used_s.setdefault(job.owner_id, job.turn + PRIORITY_S * job.priority)
            self._queues.setdefault(job.owner_id, []).append(job)
        self._taken_s: dict[str, float] = {}
        self._found: dict[str, Outlook] = {}

    def run(self) -> dict[str, Outlook]:
        """Let time go by until everybody of interest is done, or nobody moves any more."""
        for job in self._studio.running:
            self._resume(job)
        while self._open:
            for worker in self._workers.values():
                while self._claim(worker):
                    pass
            steps = [step for worker in self._workers.values() if (step := worker.next_event_s()) is not None]
            if not steps:
                break
            self._advance(min(steps))
        return self._found

    def _resume(self, job: Running) -> None:
        worker = self._workers.get(job.worker)
        cost = worker.cost(job.ask) if worker else None
        if worker is None or cost is None:
            return
        held = _held(job, cost, left_s=max(LEAST_S, cost.seconds * (1 - job.progress)))
        worker.resume(held, loading_s=job.since_s if job.loading else None)

    def _claim(self, worker: SimulatedWorker) -> bool:
        """Have a worker take the next job that it can take. False where there is none."""
        offer = worker.offer()
        for limit in (NEXT_FEW, FURTHER_DOWN):
            few = self._next_few(limit)
            chosen = self._choose(
                few,
                can_take=lambda job: offer(job.ask, job.priority),
                prefers=lambda job: worker.has(job.ask.model),
                now=self._studio.now + timedelta(seconds=self._time_s),
            )
            if chosen:
                return self._take(worker, chosen[0])
            if len(few) < limit:
                break
        return False

    def _take(self, worker: SimulatedWorker, job: Queued) -> bool:
        cost = worker.cost(job.ask)
        if cost is None:
            return False
        self._queues[job.owner_id].remove(job)
        self._used_s[job.owner_id] += AT_HAND_S
        self._taken_s[job.key] = self._time_s
        worker.hold(_held(job, cost, left_s=max(LEAST_S, cost.seconds)))
        return True

    def _next_few(self, limit: int) -> list[Queued]:
        """The next jobs of all people as the claim would order them now."""
        turns = heapq.nsmallest(limit, self._turns(limit), key=lambda turn: turn[:4])
        return [job for *_, job in turns]

    def _turns(self, limit: int) -> Iterator[tuple[float, int, datetime, str, Queued]]:
        for owner_id, own in self._queues.items():
            for at, job in enumerate(own[:limit]):
                turn = self._used_s[owner_id] + AT_HAND_S * at - PRIORITY_S * job.priority
                yield turn, -job.priority, job.created_at, job.key, job

    def _advance(self, seconds: float) -> None:
        self._time_s += seconds
        fade = 0.5 ** (seconds / HALF_LIFE_S)
        for owner_id in self._used_s:
            self._used_s[owner_id] *= fade
        for worker in self._workers.values():
            pictures = sum(held.ask.pictures for held in worker.held)
            for held in worker.held:
                if held.owner_id in self._used_s:
                    self._used_s[held.owner_id] += seconds * held.ask.pictures / pictures
            for held in worker.advance(seconds):
                self._end(held)

    def _end(self, held: Held) -> None:
        starts_s = self._taken_s.get(held.key, 0.0)
        self._found[held.key] = Outlook(seconds=self._time_s, starts_s=starts_s, guess=held.guess)
        self._open.discard(held.key)
        if held.owner_id in self._used_s:
            self._used_s[held.owner_id] -= AT_HAND_S


def _held(job: Queued | Running, cost: Cost, *, left_s: float) -> Held:
    return Held(
        key=job.key,
        owner_id=job.owner_id,
        priority=job.priority,
        ask=job.ask,
        cost=cost,
        left_s=left_s,
        guess=cost.guess,
    )
