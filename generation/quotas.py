"""What a person may use and what of it is left: GPU-seconds a day, and places in the queue.

A limit comes from the environment (for members), from the quota of a role in its stead, and from the quotas of groups.
Of all that hold for a person the most generous wins; superusers have no limit of GPU-seconds unless their role's quota
sets one. A key is its person.

Of a day's GPU-seconds are taken: what the ledger says of that day, what leases under way have used so far at their
present share of their worker, and what waits, as it is expected to cost. The expectation is simple on purpose: steps
times pixels, at the rate of the latest paintings with the same model; nothing where nothing was painted yet.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from aria_site.accounts.models import User
from generation.models import GpuDay, GpuTime, Job, Quota
from generation.studio_days import day_begins, day_ends, day_of

PAINTINGS_LOOKED_AT = 50
"""The latest so many tell what a painting costs."""
WAITING_LOOKED_AT = 500
"""Of somebody who may have more waiting, so many count as what waits."""
_ASKED = ("recipe_data__model", "recipe_data__width", "recipe_data__height", "recipe_data__steps", "count")


class Work(NamedTuple):
    """What a job asks of a model, in pixel-steps."""

    model: str
    pixel_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a person may use. None is without limit."""

    gpu_seconds: int | None
    waiting: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A person's GPU-seconds of today. Without a limit, only `used` and `renews_at` are told."""

    limit: int | None
    used: float
    under_way: float = 0.0
    waiting: float = 0.0
    """What their waiting jobs are expected to cost."""
    renews_at: datetime

    @property
    def left(self) -> float | None:
        """What may still be asked for."""
        if self.limit is None:
            return None
        return max(0.0, self.limit - self.used - self.under_way - self.waiting)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing of the day is taken yet."""
        return not (self.used or self.under_way or self.waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places in the queue: how many are taken, by one person or by all, and how many there are."""

    limit: int | None
    taken: int

    @property
    def left(self) -> int | None:
        """How many more may be queued."""
        return None if self.limit is None else max(0, self.limit - self.taken)


def work_of(recipe: Mapping[str, Any], count: int) -> Work:
    """What so many pictures of a recipe ask. A recipe that cannot be read asks nothing."""
    return _work(*(recipe.get(name) for name in ("model", "width", "height", "steps")), count)


def limits_of(person: User) -> Limits:
    """What a person may use."""
    roles = {Quota.Role.MEMBER: True, Quota.Role.STAFF: person.is_staff, Quota.Role.SUPERUSER: person.is_superuser}
    holding = Q(role__in=[role for role, holds in roles.items() if holds]) | Q(group__in=person.groups.all())
    quotas = list(Quota.objects.filter(holding))
    usual: dict[str, int] = {Quota.Role.MEMBER: settings.GPU_SECONDS_PER_DAY}
    if person.is_superuser:
        usual[Quota.Role.SUPERUSER] = 0
    return Limits(
        gpu_seconds=_most_generous(usual, {quota.subject: quota.gpu_seconds for quota in quotas}),
        waiting=_most_generous(
            {Quota.Role.MEMBER: settings.QUEUE_PER_PERSON}, {quota.subject: quota.waiting for quota in quotas}
        ),
    )


def allowance_of(person: User, limit: int | None, *, now: datetime | None = None) -> Allowance:
    """A person's GPU-seconds of today under their limit."""
    now = now or timezone.now()
    day = GpuDay.objects.filter(owner=person, day=day_of(now)).first()
    used, renews_at = day.seconds if day else 0.0, day_ends(now)
    if limit is None:
        return Allowance(limit=None, used=used, renews_at=renews_at)
    queued = Job.objects.filter(owner=person, state=Job.State.QUEUED).values_list(*_ASKED)[:WAITING_LOOKED_AT]
    return Allowance(
        limit=limit,
        used=used,
        under_way=_under_way(person, now),
        waiting=seconds_expected(_work(*asked) for asked in queued),
        renews_at=renews_at,
    )


def places_of(person: User, limit: int | None) -> Places:
    """A person's places in the queue under their limit. The jobs of a batch take one together."""
    single, of_batches = Count("pk", filter=Q(batch=None)), Count("batch", distinct=True)
    counted = Job.objects.filter(owner=person, state=Job.State.QUEUED).aggregate(places=single + of_batches)
    return Places(limit=limit, taken=counted["places"])


def places_in_all() -> Places:
    """The places of everybody together, one for each job."""
    return Places(limit=settings.QUEUE_IN_ALL or None, taken=Job.objects.filter(state=Job.State.QUEUED).count())


def seconds_expected(works: Iterable[Work]) -> float:
    """What works will cost by the rate of the latest paintings: of the same model, else of all; else nothing."""
    works = [work for work in works if work.pixel_steps]
    if not works:
        return 0.0
    rates = _rates()
    return sum(work.pixel_steps * rates.get(work.model, rates.get("", 0.0)) for work in works)


def _rates() -> dict[str, float]:
    """Seconds a pixel-step by model, and under no name that of all."""
    painted = GpuTime.objects.filter(ended_at__isnull=False, job__state=Job.State.SUCCEEDED).order_by("-pk")
    lines = painted.values_list("seconds", *(f"job__{name}" for name in _ASKED))[:PAINTINGS_LOOKED_AT]
    sums: dict[str, tuple[float, int]] = {}
    for seconds, *asked in lines:
        work = _work(*asked)
        for name in {work.model, ""}:
            spent, steps = sums.get(name, (0.0, 0))
            sums[name] = spent + seconds, steps + work.pixel_steps
    return {name: spent / steps for name, (spent, steps) in sums.items() if steps}


def _under_way(person: User, now: datetime) -> float:
    """What a person's leases have used of today, at their present share of their worker."""
    held = list(GpuTime.objects.filter(ended_at=None, job__isnull=False))
    midnight = day_begins(day_of(now))
    return sum(
        max(0.0, (now - max(line.started_at, midnight)).total_seconds()) * line.pictures / _pictures(held, line.worker)
        for line in held
        if line.owner_id == person.pk
    )


def _pictures(held: Sequence[GpuTime], worker: str) -> int:
    return sum(line.pictures for line in held if line.worker == worker)


def _work(model: object, *numbers: object) -> Work:
    whole = [number for number in numbers if isinstance(number, int)]
    return Work(str(model or ""), math.prod(whole) if len(whole) == len(numbers) else 0)


def _most_generous(usual: Mapping[str, int], said: Mapping[str, int | None]) -> int | None:
    """The largest of the limits; 0 is none at all. What is said of a role takes the place of what is usual for it."""
    limits = {**usual, **{subject: limit for subject, limit in said.items() if limit is not None}}.values()
    return None if 0 in limits else max(limits)
