"""What people are told of when a job will be done: its place in line and a time with its range, in words."""

from collections.abc import Sequence
from uuid import UUID

from generation.forecasting.words import left_words, waiting_words
from generation.models import Job
from generation.services import JobOutlook, outlooks_of


def words_of(jobs: Sequence[Job]) -> dict[UUID, str]:
    """The words for each job: "3rd in line, about 2 min (1 to 4 min)"; empty where there is nothing to say."""
    outlooks = outlooks_of(jobs)
    return {job.pk: _words(job, outlooks.get(job.pk)) for job in jobs}


def _words(job: Job, outlook: JobOutlook | None) -> str:
    if outlook is None:
        return ""
    if job.state == Job.State.QUEUED:
        return waiting_words(outlook.place, outlook.promise)
    return left_words(outlook.promise.seconds) if outlook.promise else ""
