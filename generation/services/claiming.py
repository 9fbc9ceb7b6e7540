"""Claiming: one worker takes one queued job, under a lease that nobody else holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, F, QuerySet, When
from django.utils import timezone

from aria_site.kernel.ids import new_id
from generation.live import job_changed
from generation.models import Job

LEASE = timedelta(seconds=15)
CANDIDATES = 50
"""How far down the queue a worker looks for a job that it can take."""
PATIENCE = timedelta(seconds=15)
"""How much younger a job may be than one that it is painted before."""


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

    QUEUED becomes RUNNING in one conditional update; of two workers after one job exactly one gets it. An attempt
    is counted, and the count starts anew when the attempt before came further than any earlier one.
    """
    for candidate in order_of_claim(_candidates(only), can_take=can_take, prefers=prefers):
        claim = _take(candidate.pk, worker, device)
        if claim:
            job_changed(claim.job.pk)
            return claim
    return None


def order_of_claim(
    queue: Sequence[Job], *, can_take: Callable[[Job], bool], prefers: Callable[[Job], bool]
) -> list[Job]:
    """Which jobs of a queue a worker tries to take, in that order.

    It passes over what it cannot take now, and those it prefers (their model is in its memory, say) go before others
    of the same priority. But no job passes one of the same or higher priority that is older by more than PATIENCE:
    so a job waits for a bounded number of others, however full the queue is.
    """
    takeable: list[Job] = []
    passed_over: list[Job] = []
    for job in queue:
        if not can_take(job):
            passed_over.append(job)
        elif all(_may_pass(job, other) for other in passed_over):
            takeable.append(job)
    first_choice = next((job for job in takeable if prefers(job)), None)
    if first_choice and all(_may_pass(first_choice, other) for other in takeable[: takeable.index(first_choice)]):
        takeable.remove(first_choice)
        takeable.insert(0, first_choice)
    return takeable


def _may_pass(job: Job, other: Job) -> bool:
    return job.priority == other.priority and job.created_at - other.created_at <= PATIENCE


def _candidates(only: UUID | None) -> list[Job]:
    queued = Job.objects.filter(state=Job.State.QUEUED)
    if only is not None:
        queued = queued.filter(pk=only)
    return list(queued.order_by("-priority", "created_at", "id")[:CANDIDATES])


def _take(job_id: UUID, worker: str, device: str) -> Claim | None:
    token, now = new_id(), timezone.now()
    with transaction.atomic():
        taken = _unlocked(Job.objects.filter(pk=job_id, state=Job.State.QUEUED)).update(
            state=Job.State.RUNNING,
            lease_token=token,
            lease_expires_at=now + LEASE,
            worker=worker,
            device=device,
            started_at=now,
            stage="wait",
            attempts=Case(When(best_progress__gt=F("claimed_progress"), then=1), default=F("attempts") + 1),
            claimed_progress=F("best_progress"),
        )
    if taken != 1:
        return None
    return Claim(job=Job.objects.select_related("owner", "persona").get(pk=job_id), token=token)


def _unlocked(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """On PostgreSQL, skip a row that another worker is just taking instead of waiting for it."""
    if not connection.features.has_select_for_update_skip_locked:
        return jobs
    return Job.objects.filter(pk__in=jobs.select_for_update(skip_locked=True).values("pk"))
