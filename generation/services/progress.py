"""Noting that a painting began and how far it is, so that a page opened later shows it."""

from django.db.models import Case, F, When
from django.db.models.functions import Greatest

from generation.models import Job
from generation.services.claiming import Claim


def job_begin(claim: Claim, *, stage: str) -> bool:
    """Store the first stage and count an attempt. False when the lease is lost: drop the work.

    The count starts anew when the attempt before came further than any earlier one. Claimed jobs that wait for the
    device count none: they have no part in whatever ends the worker.
    """
    mine = Job.objects.filter(pk=claim.job.pk, state=Job.State.RUNNING, lease_token=claim.token)
    got_further = When(best_progress__gt=F("claimed_progress"), then=1)
    counted = Case(got_further, default=F("attempts") + 1)
    return mine.update(stage=stage, attempts=counted, claimed_progress=F("best_progress")) == 1


def job_progress_note(claim: Claim, *, progress: float | None, stage: str) -> bool:
    """Store the stage, and progress in [0, 1] unless None. False when the lease is lost: drop the work."""
    mine = Job.objects.filter(pk=claim.job.pk, state=Job.State.RUNNING, lease_token=claim.token)
    if progress is None:
        return mine.update(stage=stage) == 1
    return mine.update(progress=progress, stage=stage, best_progress=Greatest("best_progress", progress)) == 1
