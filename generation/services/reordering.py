"""Where a waiting job stands: among its owner's jobs, and, by its priority, among everybody's.

A person's waiting jobs of one priority form a line, in the order of `Job.stands_at`. A job that is moved gets a moment
between those of its new neighbours; where there is none left, the whole line is spread out anew. Between people nothing
changes by that: there, the ages of jobs count, and those stay what they are.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.utils import timezone

from aria_site.accounts.models import User
from generation.live import job_changed
from generation.models import Job
from generation.selectors import line_of
from generation.services.bell import ring
from generation.services.learning import forecast_note

Place = Literal["front", "back", "up", "down"]
"""Where in its line a job can be sent without naming another one."""

LEAST_GAP = timedelta(microseconds=2)
"""Between moments this far apart there is one more, as databases keep microseconds."""
BEFORE_THE_FIRST = timedelta(seconds=1)


def job_move(*, job: Job, to: Place) -> bool:
    """Send a waiting job to the front or the back of its line, or one place up or down. False when it does not wait.

    True where it stands there already.
    """
    with _line_locked(job) as line:
        if job not in line:
            return False
        others = [other for other in line if other != job]
        at = line.index(job)
        places = {"front": 0, "up": max(at - 1, 0), "down": at + 1, "back": len(others)}
        return _put(job, others, min(places[to], len(others)), was_at=at)


def job_move_before(*, job: Job, other: Job) -> bool:
    """Move a waiting job to the place before another one. False when they do not wait in the same line (any more)."""
    with _line_locked(job) as line:
        if job not in line or other not in line:
            return False
        others = [each for each in line if each != job]
        return job == other or _put(job, others, others.index(other), was_at=line.index(job))


def job_prioritise(*, job: Job, priority: int) -> bool:
    """Give a waiting job another priority, and ring. It keeps its moment in the line it comes to.

    False when it does not wait. Whether somebody may do that is the caller's to ask (see `access.priority_check`).
    """
    changed = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(priority=priority)
    if changed:
        # A worker may have room for an urgent job where it had none for others.
        ring()
        forecast_note(job)
        job_changed(job.pk)
    return bool(changed)


@contextmanager
def _line_locked(job: Job) -> Iterator[list[Job]]:
    """The line of a job as it stands now, and a transaction in which nobody else moves a job of the same person.

    The row of the owner is the lock, so that workers go on taking jobs meanwhile.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=job.owner_id)
        yield list(line_of(Job.objects.only("owner", "priority").get(pk=job.pk)).defer("recipe_data"))


def _put(job: Job, others: Sequence[Job], at: int, *, was_at: int) -> bool:
    """Put a job at a place among the others. False when it was taken in the meantime."""
    if at == was_at:
        return True
    moment = _moment_at(others, at)
    if moment is None:
        _spread([*others[:at], job, *others[at:]])
        moment = Job.objects.values_list("line_at", flat=True).get(pk=job.pk)
    moved = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(line_at=moment)
    if moved:
        forecast_note(job)
        job_changed(job.pk)
    return bool(moved)


def _moment_at(others: Sequence[Job], at: int) -> datetime | None:
    """A moment for a place among the others; None where the neighbours leave none.

    Nothing is put into the future: what is queued later goes behind it all.
    """
    if at == len(others):
        return max(timezone.now(), others[-1].stands_at + LEAST_GAP)
    if at == 0:
        return others[0].stands_at - BEFORE_THE_FIRST
    before, behind = others[at - 1].stands_at, others[at].stands_at
    return before + (behind - before) / 2 if behind - before >= LEAST_GAP else None


def _spread(line: Sequence[Job]) -> None:
    """Give everybody in a line a moment of their own, from that of the first one until now."""
    first = min(job.stands_at for job in line)
    gap = max((timezone.now() - first) / len(line), LEAST_GAP)
    for number, job in enumerate(line):
        Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(line_at=first + number * gap)
