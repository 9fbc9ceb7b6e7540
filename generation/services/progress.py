"""Noting how far a painting is, so that a page opened later shows it."""

from django.db.models.functions import Greatest

from generation.models import Job
from generation.services.claiming import Claim


def job_progress_note(claim: Claim, *, progress: float | None, stage: str) -> bool:
    """Store the stage, and progress in [0, 1] unless None. False when the lease is lost: drop the work."""
    mine = Job.objects.filter(pk=claim.job.pk, state=Job.State.RUNNING, lease_token=claim.token)
    if progress is None:
        return mine.update(stage=stage) == 1
    return mine.update(progress=progress, stage=stage, best_progress=Greatest("best_progress", progress)) == 1
