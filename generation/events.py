"""The typed hints that travel over the channel layer: sender and receiver share these."""

from typing import Literal, TypedDict
from uuid import UUID


class JobStepped(TypedDict):
    """A step is done. `frame` is the number of the newest preview frame, 0 when there is none yet.

    `left_s` is how long the steps to come take if they take as long as those before; None before two were done.
    """

    type: Literal["job.stepped"]
    job: str
    step: int
    total: int
    stage: str
    frame: int
    left_s: float | None


class JobChanged(TypedDict):
    """The job's row changed: read it again."""

    type: Literal["job.changed"]
    job: str


class QueueChanged(TypedDict):
    """A job of this person came into the queue, moved in it or left it: read the queue again."""

    type: Literal["queue.changed"]
    owner: int


STAFF_GROUP = "staff"
"""The channel group that hears of everybody's queue."""


def job_group(job_id: UUID | str) -> str:
    """The channel group of one job."""
    return f"job.{job_id}"


def queue_group(owner_id: int) -> str:
    """The channel group of one person's queue."""
    return f"queue.{owner_id}"
