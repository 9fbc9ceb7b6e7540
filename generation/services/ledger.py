"""The ledger of GPU time: a line for every lease, and of each person what they used lately.

A second in which a worker holds several leases is shared out between them by pictures, as their pictures share model
calls: eight jobs painted together cost an eighth each. Waiting and loading under a lease count: the worker is held.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from generation.models import GpuShare, GpuTime, Job

HALF_LIFE = timedelta(minutes=10)
"""What was used this long ago counts half of what is used now."""


def gpu_time_begin(job: Job, *, worker: str, device: str, at: datetime) -> None:
    """Open the line of a lease that begins; a line that was left open before costs nobody anything."""
    GpuTime.objects.filter(job=job, ended_at=None).update(ended_at=at)
    GpuTime.objects.create(
        job=job, owner_id=job.owner_id, worker=worker, device=device, pictures=job.count, started_at=at
    )


def gpu_time_end(job_id: UUID, *, at: datetime | None = None) -> None:
    """Close the line of a lease that ended and add it to what its owner used lately. Nothing without an open line.

    Belongs into the transaction that ends the lease.
    """
    line = GpuTime.objects.filter(job=job_id, ended_at=None).first()
    if line is None:
        return
    line.ended_at = max(at or timezone.now(), line.started_at)
    line.seconds = share_of(line, company_of(line))
    line.save(update_fields=["ended_at", "seconds"])
    if line.owner_id is not None:
        _add(line.owner_id, line.seconds, line.ended_at)


def share_of(line: GpuTime, company: Sequence[GpuTime]) -> float:
    """The seconds of a closed line: each moment divided by pictures between it and who was held beside it then."""
    began, ended = line.started_at, line.ended_at or line.started_at
    changes: list[tuple[datetime, int]] = []
    for other in company:
        joined, left = max(other.started_at, began), min(other.ended_at or ended, ended)
        if joined < left:
            changes += [(joined, other.pictures), (left, -other.pictures)]
    seconds, together = 0.0, line.pictures
    for moment, pictures in sorted(changes):
        seconds += (moment - began).total_seconds() * line.pictures / together
        together, began = together + pictures, moment
    return seconds + (ended - began).total_seconds() * line.pictures / together


def faded(seconds: float, *, since: datetime, now: datetime) -> float:
    """What is left of seconds that were used at `since`."""
    return float(seconds * 0.5 ** ((now - since) / HALF_LIFE))


def company_of(line: GpuTime) -> list[GpuTime]:
    """Lines of the same worker that overlap this one; an open line of a job that was deleted holds nothing."""
    held = Q(ended_at=None, job__isnull=False) | Q(ended_at__gt=line.started_at)
    same_worker = GpuTime.objects.filter(held, worker=line.worker, started_at__lt=line.ended_at)
    return list(same_worker.exclude(pk=line.pk))


def _add(owner_id: int, seconds: float, at: datetime) -> None:
    """Add to what a person used lately; one writer at a time."""
    GpuShare.objects.get_or_create(owner_id=owner_id, defaults={"as_of": at})
    share = GpuShare.objects.select_for_update().get(owner_id=owner_id)
    now = max(at, share.as_of)
    share.seconds = faded(share.seconds, since=share.as_of, now=now) + seconds
    share.as_of = now
    share.save(update_fields=["seconds", "as_of"])
