"""The ledger of GPU time: a line for every lease, and of each person what they used lately and on each day.

A second in which a worker holds several leases is shared out between them by pictures, as their pictures share model
calls: eight jobs painted together cost an eighth each. Waiting and loading under a lease count: the worker is held.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from generation.models import GpuDay, GpuShare, GpuTime, Job
from generation.studio_days import day_ends, day_of

HALF_LIFE = timedelta(minutes=10)
"""What was used this long ago counts half of what is used now."""


PRUNED_AT_ONCE = 500


def gpu_time_begin(job: Job, *, worker: str, device: str, at: datetime) -> None:
    """Open the line of a lease that begins; a line that was left open before costs nobody anything."""
    GpuTime.objects.filter(job=job, ended_at=None).update(ended_at=at)
    GpuTime.objects.create(
        job=job, owner_id=job.owner_id, worker=worker, device=device, pictures=job.count, started_at=at
    )


def gpu_time_end(job_id: UUID, *, at: datetime | None = None) -> None:
    """Close the line of a lease that ended and add it to what its owner used lately and on its day or days.

    Nothing without an open line. Belongs into the transaction that ends the lease.
    """
    line = GpuTime.objects.filter(job=job_id, ended_at=None).first()
    if line is None:
        return
    line.ended_at = max(at or timezone.now(), line.started_at)
    by_day = shares_by_day(line, company_of(line))
    line.seconds = sum(by_day.values())
    line.save(update_fields=["ended_at", "seconds"])
    if line.owner_id is not None:
        _add(line.owner_id, line.seconds, line.ended_at)
        for day, seconds in by_day.items():
            _add_to_day(line.owner_id, seconds, day)


def shares_by_day(line: GpuTime, company: Sequence[GpuTime]) -> dict[date, float]:
    """The seconds of a closed line, on each day of the studio that it falls on."""
    began, ended = line.started_at, line.ended_at or line.started_at
    shares: dict[date, float] = {}
    while began < ended:
        until = min(ended, day_ends(began))
        shares[day_of(began)] = share_of(line, company, began=began, ended=until)
        began = until
    return shares


def ledger_prune(*, older_than: timedelta) -> int:
    """Remove lines that ended so long ago; what they add up to by person and day stays. Returns how many those were.

    Those of jobs that were deleted under their lease never end, and go by their beginning.
    """
    oldest = timezone.now() - older_than
    old = GpuTime.objects.filter(Q(ended_at__lt=oldest) | Q(ended_at=None, job=None, started_at__lt=oldest))
    removed = 0
    # In steps, so that nobody who claims or ends a job waits for all of it.
    while few := list(old.order_by("pk").values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
        removed += GpuTime.objects.filter(pk__in=few).delete()[0]
    return removed


def share_of(line: GpuTime, company: Sequence[GpuTime], *, began: datetime, ended: datetime) -> float:
    """What a line costs between two moments that it covers.

    Each moment is divided by pictures between it and who was held beside it then.
    """
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


def _add_to_day(owner_id: int, seconds: float, day: date) -> None:
    GpuDay.objects.get_or_create(owner_id=owner_id, day=day)
    GpuDay.objects.filter(owner_id=owner_id, day=day).update(seconds=F("seconds") + seconds, leases=F("leases") + 1)
