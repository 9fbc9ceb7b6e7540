"""Reads of batches: how far they are, which is never stored but told by their jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from aria_site.accounts.models import User
from aria_site.kernel.cursors import Page, page_of
from gallery.models import Artwork
from generation.models import Batch, Job
from generation.selectors import JOBS_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchState:
    """How far a batch is: how many of its jobs are in which state, and how much of all is done."""

    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    progress: float = 1.0

    @property
    def total(self) -> int:
        """All its jobs."""
        return self.open + self.over

    @property
    def open(self) -> int:
        """Jobs of which something is still to come."""
        return self.queued + self.running

    @property
    def over(self) -> int:
        """Jobs that ended, however they did."""
        return self.succeeded + self.failed + self.cancelled

    @property
    def status(self) -> str:
        """One word for all of it, from the words for a job.

        While anything is to come, it is `queued` until the first job begins and then `running`. Once all is over it is
        `failed` where any job failed, else `cancelled` where any was cancelled, else `succeeded`.
        """
        if self.open:
            return Job.State.RUNNING if self.running or self.over else Job.State.QUEUED
        if self.failed:
            return Job.State.FAILED
        return Job.State.CANCELLED if self.cancelled else Job.State.SUCCEEDED


class CountedBatch(Protocol):
    """A batch that came through `with_counts`."""

    total: int
    over: int
    failed: int


def with_counts(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Batches that know how many jobs they have, how many are over and how many failed, for lists of many people's."""
    ended = ~Q(jobs__state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return batches.annotate(
        total=Count("jobs"),
        over=Count("jobs", filter=ended & Q(jobs__isnull=False)),
        failed=Count("jobs", filter=Q(jobs__state=Job.State.FAILED)),
    )


def batches_of(user: User) -> QuerySet[Batch]:
    """A person's batches, newest first."""
    return Batch.objects.filter(owner=user)


def batches_page(user: User, *, after: str | None = None, limit: int = JOBS_PAGE) -> Page[Batch]:
    """A page of a person's batches, newest first. Raises InvalidInputError when `after` is no cursor."""
    return page_of(batches_of(user), after=after, limit=limit)


def batch_states(batches: Sequence[Batch]) -> dict[UUID, BatchState]:
    """How far each of several batches is, in one query."""
    counted = Job.objects.filter(batch__in=batches).order_by().values("batch_id", "state")
    found: dict[UUID, dict[str, tuple[int, float]]] = {batch.pk: {} for batch in batches}
    for row in counted.annotate(jobs=Count("pk"), done=Sum("progress")):
        found[row["batch_id"]][row["state"]] = (row["jobs"], row["done"])
    return {batch_id: _state(states) for batch_id, states in found.items()}


def batch_state(batch: Batch) -> BatchState:
    """How far one batch is."""
    return batch_states([batch])[batch.pk]


def batch_jobs(batch: Batch) -> QuerySet[Job]:
    """The jobs of a batch in the order asked for."""
    return Job.objects.filter(batch=batch).select_related("persona", "reproduction").order_by("batch_index")


def first_works(jobs: Iterable[Job]) -> dict[UUID, Artwork]:
    """Of each job whose first picture hangs, that picture, in one query."""
    keys = {job.origin_key(0): job.pk for job in jobs}
    works = Artwork.objects.filter(origin_key__in=keys).in_bulk(field_name="origin_key")
    return {keys[key]: work for key, work in works.items()}


def faces_of(batches: Sequence[Batch], *, most: int) -> dict[UUID, list[Artwork]]:
    """Of each of several batches, the first pictures of its first jobs, in two queries."""
    jobs = Job.objects.filter(batch__in=batches, batch_index__lt=most, state=Job.State.SUCCEEDED)
    found = list(jobs.order_by("batch_index").defer("recipe_data"))
    works = first_works(found)
    faces: dict[UUID, list[Artwork]] = {batch.pk: [] for batch in batches}
    for job in found:
        if job.batch_id and job.pk in works:
            faces[job.batch_id].append(works[job.pk])
    return faces


def _state(states: dict[str, tuple[int, float]]) -> BatchState:
    """A job that is over counts as done, however it ended; one that is to come counts by its progress."""
    counts = {state: jobs for state, (jobs, _) in states.items()}
    total = sum(counts.values())
    done = sum(
        progress if state in {Job.State.QUEUED, Job.State.RUNNING} else jobs
        for state, (jobs, progress) in states.items()
    )
    return BatchState(**counts, progress=done / total if total else 1.0)
