"""Reads of generation."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from aria_site.accounts.models import User
from gallery.models import Artwork
from generation.models import Job, Worker

WORKER_SEEN_WITHIN = timedelta(seconds=15)


def jobs_of(user: User) -> QuerySet[Job]:
    """A person's jobs, newest first."""
    return Job.objects.filter(owner=user).select_related("persona")


def queue_of(user: User) -> QuerySet[Job]:
    """A person's unfinished jobs: what runs first, then what waits in the order it will be claimed."""
    open_jobs = jobs_of(user).filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return open_jobs.order_by("-state", "-priority", "created_at", "id")


def workers_alive() -> QuerySet[Worker]:
    """Workers seen within the last 15 seconds."""
    return Worker.objects.filter(seen_at__gte=timezone.now() - WORKER_SEEN_WITHIN)


def job_artworks(job: Job) -> list[Artwork]:
    """The artworks of a job in the order they were asked for."""
    works = Artwork.objects.of_origin(job.origin_prefix).select_related("persona")
    return sorted(works, key=lambda work: int(work.origin_key.rsplit(":", 1)[1]))
