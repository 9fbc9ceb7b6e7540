"""How a job ends: with artworks, with a reason, or because somebody said so. Each is one conditional update."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from gallery.models import Artwork
from gallery.services import StoredFiles, artworks_create
from generation.engine.contract import EngineError
from generation.live import job_changed
from generation.models import Job
from generation.quotas import work_of
from generation.services.admitting import room_ensure
from generation.services.bell import ring
from generation.services.claiming import Claim
from generation.services.learning import forecast_note
from generation.services.ledger import gpu_time_end
from generation.services.requeueing import RELEASED, requeue


class LeaseLostError(Exception):
    """Somebody else holds the job now, or it was cancelled: the work of this worker is void."""


def job_succeed(claim: Claim, files: Sequence[StoredFiles], *, device: str) -> list[Artwork]:
    """Hang the pictures and end the job, in one transaction. `device` is the one that really painted them.

    Raises LeaseLostError and stores nothing without the lease.
    """
    with transaction.atomic():
        _end(claim, state=Job.State.SUCCEEDED, progress=1.0, stage="", device=device)
        parent = Artwork.objects.filter(variation_jobs=claim.job.pk).first()
        artworks = artworks_create(files, owner=claim.job.owner, persona=claim.job.persona, parent=parent)
    job_changed(claim.job.pk, owner_id=claim.job.owner_id)
    return artworks


def job_fail(claim: Claim, error: EngineError) -> None:
    """End the job with the engine's sentence. Raises LeaseLostError."""
    _end(claim, state=Job.State.FAILED, error=str(error), error_code=error.code, stage="")
    job_changed(claim.job.pk, owner_id=claim.job.owner_id)


def job_give_back(claim: Claim, *, trouble: str = "") -> bool:
    """Put a running job back into the queue, for this or another worker. False when the lease was lost.

    `trouble` is why; its owner reads it where this attempt was the last one.
    """
    mine = Job.objects.filter(pk=claim.job.pk, state=Job.State.RUNNING, lease_token=claim.token)
    return requeue(mine, trouble=trouble) == 1


def job_cancel(*, job: Job) -> bool:
    """Stop a job wherever it stands; a running painting ends within a step. False when it was already over."""
    open_job = Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    with transaction.atomic():
        cancelled = open_job.update(
            **RELEASED, state=Job.State.CANCELLED, held=False, finished_at=timezone.now(), stage=""
        )
        if cancelled:
            gpu_time_end(job.pk)
    if cancelled:
        job_changed(job.pk)
    return bool(cancelled)


def job_retry(*, job: Job) -> bool:
    """Queue a failed or cancelled job again, with a clean slate of attempts. False when it is in another state.

    It takes a place in the queue as a new one would. Raises LimitReachedError, with nothing changed, where there is no
    room for it.
    """
    over = Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.CANCELLED])
    # Its checkpoints went with its end, so how far it came then is nothing that a new attempt builds upon.
    slate = {"attempts": 0, "progress": 0.0, "best_progress": 0.0, "claimed_progress": 0.0}
    clean = {"error": "", "error_code": "", "finished_at": None, **slate}
    with transaction.atomic():
        if over.exists():
            room_ensure(owner=job.owner, works=[work_of(job.recipe_data, job.count)])
        retried = over.update(state=Job.State.QUEUED, **clean)
    if retried:
        ring()
        forecast_note(Job.objects.get(pk=job.pk))
        job_changed(job.pk)
    return bool(retried)


def _end(claim: Claim, **values: object) -> None:
    mine = Job.objects.filter(pk=claim.job.pk, state=Job.State.RUNNING, lease_token=claim.token)
    with transaction.atomic():
        if mine.update(**RELEASED, finished_at=timezone.now(), **values) != 1:
            raise LeaseLostError
        gpu_time_end(claim.job.pk)
