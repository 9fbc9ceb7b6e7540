"""Claiming: one worker takes one queued job, under a lease that nobody else holds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from aria_site.kernel.ids import new_id
from generation.live import job_changed
from generation.models import Job
from generation.selectors import jobs_claimable, queue_pause_in_force
from generation.services.claim_statement import CLAIM_STATEMENTS, claim_parameters
from generation.services.ledger import gpu_time_begin

LEASE = timedelta(seconds=15)
NEXT_FEW, FURTHER_DOWN = 6, 50
"""How far down the queue a worker looks for a job that it can take; further only where none of the next few will do."""
PATIENCE = timedelta(seconds=15)
"""How much younger a job may be than one of the same person that it is painted before, and how long other people's
turns may be passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job held by this worker for as long as the lease is renewed."""

    job: Job
    token: UUID


def job_claim(
    *,
    worker: str,
    device: str,
    can_take: Callable[[Job], bool],
    prefers: Callable[[Job], bool] = lambda _job: False,
    only: UUID | None = None,
) -> Claim | None:
    """Take the first claimable job that this worker can paint now. None when there is none.

    Whose turn it is depends on what each person used lately (see `claim_statement`). What its owner paused is not
    claimable, and while the whole queue is paused nothing is.
    QUEUED becomes RUNNING in one conditional update; of two workers after one job exactly one gets it.
    """
    if queue_pause_in_force() is not None:
        return None
    now = timezone.now()
    for queue in _queues(only, now):
        for candidate in order_of_claim(queue, can_take=can_take, prefers=prefers, now=now):
            claim = _take(candidate, worker, device)
            if claim:
                job_changed(claim.job.pk, owner_id=claim.job.owner_id)
                return claim
    return None


class InLine(Protocol):
    """What of a job decides who goes before it: also of one that is only thought of (see `forecasting`)."""

    @property
    def owner_id(self) -> int:
        """Whose it is."""
        ...

    @property
    def priority(self) -> int:
        """How urgent it is."""
        ...

    @property
    def created_at(self) -> datetime:
        """Since when it waits."""
        ...

    @property
    def line_at(self) -> datetime | None:
        """Where its owner put it among their own, if they did."""
        ...


Waiting = TypeVar("Waiting", bound=InLine)


def order_of_claim(
    queue: Sequence[Waiting],
    *,
    can_take: Callable[[Waiting], bool],
    prefers: Callable[[Waiting], bool],
    now: datetime | None = None,
) -> list[Waiting]:
    """Which jobs of a queue a worker tries to take, in that order.

    It passes over what it cannot take now, and those it prefers (their model is in its memory, say) go before others
    of the same priority. But no job passes one of the same person that is more urgent or older by more than PATIENCE,
    nor one of somebody else that is more urgent or has waited for more than PATIENCE. So nobody is passed over for
    longer than that, however full the queue is. And what a person put in an order of their own stays in that order.
    """
    now = now or timezone.now()
    takeable: list[Waiting] = []
    passed_over: list[Waiting] = []
    for job in queue:
        if not can_take(job):
            passed_over.append(job)
        elif all(_may_pass(job, other, now) for other in passed_over):
            takeable.append(job)
    first_choice = next((job for job in takeable if prefers(job)), None)
    if first_choice and all(_may_pass(first_choice, other, now) for other in takeable[: takeable.index(first_choice)]):
        takeable.remove(first_choice)
        takeable.insert(0, first_choice)
    return takeable


def _may_pass(job: InLine, other: InLine, now: datetime) -> bool:
    """Whether a job may be painted before one whose turn comes earlier.

    Between people the age of `job` says nothing: who queued much early would pass for ever whoever comes later.
    """
    if job.priority < other.priority:
        return False
    if job.owner_id != other.owner_id:
        return now - other.created_at <= PATIENCE
    was_moved = job.line_at is not None or other.line_at is not None
    return not was_moved and job.created_at - other.created_at <= PATIENCE


def _queues(only: UUID | None, now: datetime) -> Iterator[list[Job]]:
    """The next few jobs in turn, then, if none of them was taken, as many as a worker looks at."""
    if only is not None:
        yield list(jobs_claimable().filter(pk=only))
        return
    few = jobs_in_turn(now, limit=NEXT_FEW)
    yield few
    if len(few) == NEXT_FEW:
        yield jobs_in_turn(now, limit=FURTHER_DOWN)


def jobs_in_turn(now: datetime, *, limit: int) -> list[Job]:
    """The queue as it would be claimed this instant, all people's; of each job what choosing needs."""
    parameters = claim_parameters(now=now, limit=limit)
    return list(Job.objects.raw(CLAIM_STATEMENTS[connection.vendor], parameters))


def _take(job: Job, worker: str, device: str) -> Claim | None:
    token, now = new_id(), timezone.now()
    with transaction.atomic():
        taken = _unlocked(jobs_claimable().filter(pk=job.pk)).update(
            state=Job.State.RUNNING,
            lease_token=token,
            lease_expires_at=now + LEASE,
            worker=worker,
            device=device,
            started_at=now,
            stage="wait",
        )
        if taken != 1:
            return None
        gpu_time_begin(job, worker=worker, device=device, at=now)
    return Claim(job=Job.objects.select_related("owner", "persona").get(pk=job.pk), token=token)


def _unlocked(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """On PostgreSQL, skip a row that another worker is just taking instead of waiting for it."""
    if not connection.features.has_select_for_update_skip_locked:
        return jobs
    return Job.objects.filter(pk__in=jobs.select_for_update(skip_locked=True).values("pk"))
