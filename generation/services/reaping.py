"""The reaper: what a dead worker held goes back into the queue, and its checkpoints go away."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from generation.models import Job
from generation.selectors import jobs_wait, workers_alive
from generation.services.bell import ring
from generation.services.requeueing import requeue


@dataclass(frozen=True, slots=True, kw_only=True)
class ReapReport:
    """What one pass of the reaper did."""

    requeued: int
    checkpoints_swept: int


def jobs_reap() -> ReapReport:
    """Take back expired leases, ring where work waits for a living worker, sweep stale checkpoints.

    Safe to run at any time, any number of times, next to itself.
    """
    requeued = requeue(Job.objects.filter(state=Job.State.RUNNING, lease_expires_at__lt=timezone.now()))
    if jobs_wait() and workers_alive().exists():
        ring()
    return ReapReport(requeued=requeued, checkpoints_swept=_sweep_checkpoints())


def _sweep_checkpoints() -> int:
    """Remove the checkpoints of jobs that are over or gone."""
    folders = {folder.name: folder for folder in _entries(settings.CHECKPOINT_DIR)}
    ids = [name for name in folders if _is_uuid(name)]
    open_jobs = Job.objects.filter(pk__in=ids, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    wanted = {str(pk) for pk in open_jobs.values_list("pk", flat=True)}
    unwanted = [name for name in ids if name not in wanted]
    for name in unwanted:
        shutil.rmtree(folders[name], ignore_errors=True)
    return len(unwanted)


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
