"""A job as the live page hears of it: the truth from the database, small enough to send on every change."""

from typing import Literal, TypedDict

from generation.models import Job
from generation.waiting import words_of


class JobSnapshot(TypedDict):
    """What a socket sends first, and again whenever the job's row changed."""

    type: Literal["snapshot"]
    job: str
    status: str
    held: bool
    stage: str
    progress: float
    error: str
    outlook: str
    """Its place in line and when it will be done, in words; empty where there is nothing to say."""


def job_snapshot(job: Job) -> JobSnapshot:
    """The job's row as it stands, and what can be said of when it will be done."""
    return {
        "type": "snapshot",
        "job": str(job.pk),
        "status": job.state,
        "held": job.held,
        "stage": job.stage,
        "progress": round(job.progress, 3),
        "error": job.error,
        "outlook": words_of([job])[job.pk],
    }
