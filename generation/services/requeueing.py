"""Taking running jobs back: into the queue again, or to their end after too many attempts in vain."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from generation.limits import MAX_ATTEMPTS
from generation.live import job_changed
from generation.models import Job
from generation.services.bell import ring
from generation.services.ledger import gpu_time_end

RELEASED = {"lease_token": None, "lease_expires_at": None}
GIVEN_UP = (
    f"The painting stopped {MAX_ATTEMPTS} times without getting further, so it was given up. "
    "Nothing was kept. Try a smaller size, or look at the worker's log."
)


def requeue(jobs: QuerySet[Job], *, trouble: str = "") -> int:
    """Take these running jobs back and ring for another worker. Returns how many were taken back.

    A job whose attempts were all in vain ends as FAILED with the reason instead, `trouble` included. Each change is
    conditional on the lease read here, so a worker that finishes in between wins.
    """
    in_vain = Q(attempts__gte=MAX_ATTEMPTS, best_progress__lte=F("claimed_progress"))
    exhausted = set(jobs.filter(in_vain).values_list("pk", flat=True))
    leases = jobs.values_list("pk", "lease_token", "lease_expires_at")
    reasons = dict.fromkeys(exhausted, f"{GIVEN_UP} The last time: {trouble}" if trouble else GIVEN_UP)
    taken = [pk for pk, token, until in leases if _release(pk, token, until=until, reason=reasons.get(pk))]
    if taken:
        ring()
    return len(taken)


def _release(pk: UUID, token: UUID | None, *, until: datetime | None, reason: str | None) -> bool:
    """Take one job back, or end it for a reason. What it cost is counted until its lease ended, if that was earlier."""
    now = timezone.now()
    job = Job.objects.filter(pk=pk, state=Job.State.RUNNING, lease_token=token)
    end: dict[str, Any] = {"state": Job.State.QUEUED, "stage": ""}
    if reason:
        end = {"state": Job.State.FAILED, "error": reason, "error_code": "given_up", "finished_at": now}
    with transaction.atomic():
        changed = job.update(**RELEASED, **end)
        if changed:
            gpu_time_end(pk, at=min(now, until or now))
    if changed:
        job_changed(pk)
    return bool(changed)
