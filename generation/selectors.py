"""Reads of generation."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from aria_site.accounts.models import User
from aria_site.kernel.cursors import Page, page_of
from gallery.models import Artwork
from generation.models import DiffusionModel, Job, QueuePause, Reproduction, Worker

WORKER_SEEN_WITHIN = timedelta(seconds=15)
IN_LINE = (F("priority").desc(), Coalesce("line_at", "created_at"), F("id"))
"""The order of one person's waiting jobs; the index `job_in_turn` and the claim have the same."""
LATELY = timedelta(hours=1)
FAILED_SHOWN = 3
WORKER_STARTS_WITHIN = timedelta(minutes=3)
"""The libraries of a GPU take their time to load; who takes longer died."""
JOBS_PAGE = 24
JOBS_LOOKED_AT = 200
SIZES_WARMED = 3


def jobs_of(user: User) -> QuerySet[Job]:
    """A person's jobs, newest first."""
    return Job.objects.filter(owner=user).select_related("persona", "reproduction")


def queue_of(user: User) -> QuerySet[Job]:
    """A person's unfinished jobs: what runs first, then what waits in the order it will be claimed, paused or not."""
    open_jobs = jobs_of(user).filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return open_jobs.order_by("-state", *IN_LINE)


def line_of(job: Job) -> QuerySet[Job]:
    """The waiting jobs among which a job can be moved, in order: those of its owner that have its priority."""
    return Job.objects.filter(owner=job.owner_id, priority=job.priority, state=Job.State.QUEUED).order_by(*IN_LINE)


def stands_among_others(job: Job) -> bool:
    """Whether a job waits, and others that it could go before or behind."""
    return job.state == Job.State.QUEUED and line_of(job).exclude(pk=job.pk).exists()


def failed_lately(user: User) -> QuerySet[Job]:
    """A person's jobs that failed within the hour, the latest first: what they may want to queue again."""
    return jobs_of(user).filter(state=Job.State.FAILED, finished_at__gte=timezone.now() - LATELY)[:FAILED_SHOWN]


def jobs_claimable() -> QuerySet[Job]:
    """Everybody's jobs that wait and are not paused, in no order."""
    return Job.objects.filter(state=Job.State.QUEUED, held=False)


def jobs_wait() -> bool:
    """Whether any job waits for a worker that may take it."""
    return queue_pause_in_force() is None and jobs_claimable().exists()


def queue_pause_in_force() -> QueuePause | None:
    """The pause of the whole queue, with who wanted it; None while workers take jobs."""
    return QueuePause.objects.select_related("paused_by").filter(in_force=True).first()


def workers_alive() -> QuerySet[Worker]:
    """Workers seen within the last 15 seconds."""
    return Worker.objects.filter(seen_at__gte=timezone.now() - WORKER_SEEN_WITHIN)


def workers_starting() -> QuerySet[Worker]:
    """Workers that were started within the last three minutes and have not beaten yet."""
    lately = timezone.now() - WORKER_STARTS_WITHIN
    return Worker.objects.filter(beats=0, started_at__gte=lately, seen_at__lt=F("started_at"))


def job_artworks(job: Job) -> list[Artwork]:
    """The artworks of a job in the order they were asked for."""
    return artworks_of_jobs([job])[job.pk]


def jobs_page(user: User, *, after: str | None = None, limit: int = JOBS_PAGE, state: str | None = None) -> Page[Job]:
    """A page of a person's jobs, newest first. Raises InvalidInputError when `after` is no cursor."""
    jobs = jobs_of(user)
    if state:
        jobs = jobs.filter(state=state)
    return page_of(jobs, after=after, limit=limit)


def artworks_of_jobs(jobs: Sequence[Job]) -> dict[UUID, list[Artwork]]:
    """The artworks of several jobs in one query: for each job, in the order they were asked for."""
    places = {job.origin_key(index): job.pk for job in jobs for index in range(job.count)}
    works = Artwork.objects.filter(origin_key__in=places).select_related("persona").in_bulk(field_name="origin_key")
    found: dict[UUID, list[Artwork]] = {job.pk: [] for job in jobs}
    for origin_key, job_id in places.items():
        if origin_key in works:
            found[job_id].append(works[origin_key])
    return found


def names_to_preload() -> list[str]:
    """Every model that a worker loads at its start: those of ARIA_PRELOAD, then those marked in the admin."""
    marked = DiffusionModel.objects.filter(preload=True).values_list("name", flat=True)
    return list(dict.fromkeys([*settings.ARIA_PRELOAD, *marked]))


def sizes_painted(model: str) -> tuple[tuple[int, int], ...]:
    """The widths and heights most often asked of a model lately, most frequent first."""
    jobs = Job.objects.filter(recipe_data__model=model).order_by("-created_at", "-id")
    sizes = Counter(jobs.values_list("recipe_data__width", "recipe_data__height")[:JOBS_LOOKED_AT])
    return tuple(size for size, _ in sizes.most_common(SIZES_WARMED))


def reproductions_of(artwork: Artwork) -> QuerySet[Reproduction]:
    """Every attempt to paint an artwork again, newest first, each with its job."""
    return Reproduction.objects.filter(artwork=artwork).select_related("job", "artwork")


def reproductions_page(artwork: Artwork, *, after: str | None = None, limit: int = JOBS_PAGE) -> Page[Reproduction]:
    """A page of an artwork's reproductions, newest first. Raises InvalidInputError when `after` is no cursor."""
    return page_of(reproductions_of(artwork), after=after, limit=limit)


def models_all() -> QuerySet[DiffusionModel]:
    """Every registered model, by name."""
    return DiffusionModel.objects.all()
