"""Pausing and resuming jobs, one or all of a person's, and stopping all of them.

A paused job is a queued one that no worker takes. What was painted of it lies in its checkpoint until it is resumed.
Each job is changed by an update of its own, so that whoever is quicker with one of them takes nothing from the others.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, When

from aria_site.accounts.models import User
from generation.engine.contract import Stage
from generation.live import job_changed
from generation.models import Job
from generation.services.bell import ring
from generation.services.endings import job_cancel
from generation.services.learning import forecast_note
from generation.services.ledger import gpu_time_end
from generation.services.requeueing import RELEASED


def job_pause(*, job: Job) -> bool:
    """Let a job wait until it is resumed. A worker that paints it lets go within a step, and what it cost is counted.

    The attempt that a pause ends is not held against the job. False when it was paused already or is over.
    """
    not_paused = Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING], held=False)
    began = Q(state=Job.State.RUNNING, attempts__gt=0) & ~Q(stage=Stage.WAIT)
    under_way = Case(When(began, then=1), default=0)
    with transaction.atomic():
        paused = not_paused.update(
            **RELEASED, state=Job.State.QUEUED, held=True, stage="", attempts=F("attempts") - under_way
        )
        if paused:
            gpu_time_end(job.pk)
    if paused:
        forecast_note(job)
        job_changed(job.pk)
    return bool(paused)


def job_resume(*, job: Job) -> bool:
    """Let a paused job wait for a worker again, where it stands in line. False when it is not paused."""
    resumed = _hold(job.pk, held=False)
    if resumed:
        ring()
    return resumed


def jobs_pause_all(*, owner: User) -> list[UUID]:
    """Pause whatever of a person's waits; what is being painted is painted to its end. Returns which jobs that was."""
    waiting = Job.objects.filter(owner=owner, state=Job.State.QUEUED, held=False)
    return [pk for pk in waiting.values_list("pk", flat=True) if _hold(pk, held=True)]


def jobs_resume_all(*, owner: User) -> list[UUID]:
    """Resume whatever of a person's is paused. Returns which jobs that was."""
    paused = Job.objects.filter(owner=owner, state=Job.State.QUEUED, held=True)
    resumed = [pk for pk in paused.values_list("pk", flat=True) if _hold(pk, held=False)]
    if resumed:
        ring()
    return resumed


def jobs_cancel_all(*, owner: User) -> list[UUID]:
    """Stop whatever of a person's waits, paused or not, or is being painted. Returns which jobs that was."""
    open_jobs = Job.objects.filter(owner=owner, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return [job.pk for job in open_jobs if job_cancel(job=job)]


def _hold(job_id: UUID, *, held: bool) -> bool:
    """Pause or resume one waiting job. False when it does not wait any more, or when that is so already."""
    changed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED, held=not held).update(held=held)
    if changed:
        # What was foretold holds no more; of what is paused nothing can be.
        forecast_note(Job.objects.get(pk=job_id))
        job_changed(job_id)
    return bool(changed)
