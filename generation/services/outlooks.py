"""Looking ahead: what workers, queue and experience tell of when jobs will be done. Nothing here writes."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import connection
from django.utils import timezone

from generation.catalogue import model_manifest
from generation.engine.contract import EngineError, Stage
from generation.engine.manifest import WHOLE_CALL
from generation.forecasting.asking import ask_of
from generation.forecasting.looking_ahead import Outlook, Queued, Running, Studio, look_ahead
from generation.forecasting.pace import Load, Pace, Paces
from generation.forecasting.ranges import EVEN, REMEMBERED, Kind, Promise, Tails, factors_of, promise
from generation.forecasting.workers import Painter
from generation.models import DiffusionModel, Forecast, Job, LoadPace, PaintPace, Worker
from generation.selectors import workers_alive
from generation.services.claim_statement import PLACE_STATEMENTS, claim_parameters
from generation.services.claiming import jobs_in_turn, order_of_claim

AHEAD = 200
"""How many jobs of the queue are looked at one by one; what is behind them is counted and taken to go on like them."""
AT_ONCE_S = 1.0
"""A job that is claimed within this time waits for nobody."""
WHOLE_LINE = 1_000_000
"""More than ever wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOutlook:
    """What can be said of when a job will be done."""

    place: int | None
    """In line, from 1; None once it is being painted."""
    before: int = 0
    """Jobs before it, those being painted included; none where it begins at once."""
    estimate_s: float | None = None
    """None where nobody is awake to paint it, or where nothing was ever learned of what painting takes."""
    kind: Kind = Kind.GUESS
    promise: Promise | None = None
    """What is told to people: the estimate, set right by experience, and its range."""


def outlooks_of(jobs: Sequence[Job]) -> dict[UUID, JobOutlook]:
    """The outlook of each job that waits or is being painted, in a few queries however many there are."""
    wanted = [job for job in jobs if not job.is_terminal]
    if not wanted:
        return {}
    now = timezone.now()
    studio = studio_seen(now)
    places = _places(wanted, studio, now)
    found = _estimates(wanted, places, studio)
    errors, tails = experience_lately() if found else ({}, EVEN)
    outlooks = {}
    for job in wanted:
        outlook, place = found.get(str(job.pk)), places.get(job.pk)
        before = (place or 1) - 1 + (len(studio.running) if place else 0)
        if outlook is None:
            outlooks[job.pk] = JobOutlook(place=place, before=before)
            continue
        before = 0 if outlook.starts_s < AT_ONCE_S else max(1, before)
        kind = Kind.of(before=before, guess=outlook.guess)
        outlooks[job.pk] = JobOutlook(
            place=place,
            before=before,
            estimate_s=outlook.seconds,
            kind=kind,
            promise=promise(outlook.seconds, factors_of(kind, errors, tails)),
        )
    return outlooks


def studio_seen(now: datetime) -> Studio:
    """The workers that are awake, what they hold, and the beginning of the queue."""
    return Studio(
        now=now,
        painters=[_painter(worker) for worker in workers_alive().order_by("boot_id")],
        running=_running(now),
        queue=_queue(now),
        alone=_alone(),
    )


def paces_learned() -> Paces:
    """All that was learned from paintings."""
    paces = {(row.model, row.device, row.bucket): pace_of(row) for row in PaintPace.objects.all()}
    loads = {(row.model, row.device): Load(seconds=row.seconds, bytes=row.bytes) for row in LoadPace.objects.all()}
    return Paces(paces=paces, loads=loads)


def pace_of(row: PaintPace) -> Pace:
    """A stored pace."""
    return Pace(
        squares=tuple(row.squares),
        products=tuple(row.products),
        weight=row.weight,
        paintings=row.paintings,
        spread=row.spread,
    )


def experience_lately() -> tuple[dict[Kind, list[float]], Tails]:
    """How far off the latest estimates were, by kind, newest first; and how far out ranges shall reach after them.

    An error is the log of what a job took over what was estimated.
    """
    settled = Forecast.objects.filter(settled_at__isnull=False, took_s__gt=0).order_by("-settled_at")
    errors: dict[Kind, list[float]] = {}
    outside: list[tuple[bool, bool]] = []
    for forecast in settled[: REMEMBERED * len(Kind)]:
        took_s = forecast.took_s or 0.0
        errors.setdefault(Kind(forecast.kind), []).append(math.log(took_s / forecast.estimate_s))
        outside.append((took_s < forecast.low, took_s > forecast.high))
    tails = EVEN
    for sooner, later in reversed(outside):
        tails = tails.after(sooner=sooner, later=later)
    return errors, tails


def device_key(name: str, device: str) -> str:
    """Under which name a device's paces are learned: what its maker calls it, or else what its worker does."""
    return name or device


def _painter(worker: Worker) -> Painter:
    models = sorted(
        (model for model in worker.pool if not model.get("parked")), key=lambda model: float(model.get("used_at", 0))
    )
    return Painter(
        worker=worker.boot_id,
        device=device_key(worker.device_name, worker.device),
        resident={str(model.get("name")): int(model.get("bytes", 0)) for model in models},
        pinned=frozenset(str(model.get("name")) for model in models if model.get("pinned")),
        budget_bytes=worker.budget_bytes,
    )


def _running(now: datetime) -> list[Running]:
    rows = []
    for job in Job.objects.filter(state=Job.State.RUNNING).order_by("started_at", "id"):
        ask = ask_of(job.recipe_data, job.count)
        if ask is None:
            continue
        waits = job.stage == Stage.WAIT and job.progress == 0
        rows.append(
            Running(
                key=str(job.pk),
                owner_id=job.owner_id,
                priority=job.priority,
                worker=job.worker,
                ask=ask,
                progress=job.progress,
                loading=waits or job.stage == Stage.LOAD,
                since_s=max(0.0, (now - (job.started_at or now)).total_seconds()),
            )
        )
    return rows


def _queue(now: datetime) -> list[Queued]:
    return [
        Queued(
            key=str(job.pk),
            owner_id=job.owner_id,
            priority=job.priority,
            created_at=job.created_at,
            line_at=job.line_at,
            turn=float(vars(job)["turn"]),
            ask=ask,
        )
        for job in jobs_in_turn(now, limit=AHEAD)
        if (ask := ask_of(job.recipe_data, job.count)) is not None
    ]


def _alone() -> frozenset[str]:
    """Models whose pictures are painted one at a time."""
    return frozenset(model.name for model in DiffusionModel.objects.all() if _is_alone(model))


def _is_alone(model: DiffusionModel) -> bool:
    try:
        return model_manifest(model).family == WHOLE_CALL
    except EngineError:
        return False


def _places(jobs: Sequence[Job], studio: Studio, now: datetime) -> dict[UUID, int]:
    """The place in line of each job that waits."""
    near = {UUID(job.key): place for place, job in enumerate(studio.queue, 1)}
    queued = [job for job in jobs if job.state == Job.State.QUEUED]
    if len(studio.queue) < AHEAD:
        return {job.pk: near[job.pk] for job in queued if job.pk in near}
    places = dict(near)
    for owner_id in {job.owner_id for job in queued if job.pk not in near}:
        places |= _places_of(owner_id, now)
    return {job.pk: places[job.pk] for job in queued if job.pk in places}


def _places_of(owner_id: int, now: datetime) -> dict[UUID, int]:
    """The places of all jobs of a person, counted through the whole line."""
    with connection.cursor() as cursor:
        cursor.execute(
            PLACE_STATEMENTS[connection.vendor],
            {**claim_parameters(now=now, limit=WHOLE_LINE), "owner": owner_id},
        )
        return {UUID(str(pk)): place for pk, place in cursor.fetchall()}


def _estimates(jobs: Sequence[Job], places: dict[UUID, int], studio: Studio) -> dict[str, Outlook]:
    """When these jobs will be done. Those behind the ones that are looked at follow at the same pace."""
    paces = paces_learned()
    if not paces.paces or not studio.painters:
        return {}
    behind = [job for job in jobs if places.get(job.pk, 0) > AHEAD]
    keys: Collection[str] | None = None if behind else {str(job.pk) for job in jobs}
    found = look_ahead(studio, paces, choose=partial(order_of_claim), wanted=keys)
    reached = [found[job.key] for job in studio.queue if job.key in found]
    if behind and reached:
        last_s = max(outlook.seconds for outlook in reached)
        guess = any(outlook.guess for outlook in reached)
        for job in behind:
            seconds = last_s * places[job.pk] / len(reached)
            found[str(job.pk)] = Outlook(seconds=seconds, starts_s=seconds, guess=guess)
    return found
