"""The reaper: what a dead worker held goes back into the queue, and what it left on the disk goes away."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import QuerySet
from django.utils import timezone

from gallery.sweeping import STRAY_AGE_S, files_sweep
from generation.engine.checkpoint_files import STRAY_PREFIX
from generation.models import Job
from generation.selectors import jobs_wait, workers_alive
from generation.services.bell import ring
from generation.services.lease_watch import STILL_S, Lease, LeaseWatch
from generation.services.pictures import pictures_sweep
from generation.services.requeueing import requeue

_WATCH = LeaseWatch()
"""What this process saw of the leases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReapReport:
    """What one pass of the reaper did."""

    requeued: int
    doubtful: int
    """Leases whose date is over and which the next pass takes back, unless somebody renews them."""
    checkpoints_swept: int
    files_swept: int = 0
    """Unfinished files and files without a row."""


def jobs_reap(watch: LeaseWatch = _WATCH) -> ReapReport:
    """Take back dead leases, ring where work waits for a living worker, sweep stale checkpoints.

    Safe to run at any time, any number of times, next to itself. A lease is dead when nobody renewed it while this
    process watched, so the first pass of a process takes nothing back.
    """
    running = Job.objects.filter(state=Job.State.RUNNING)
    dead = watch.dead(_leases_of(running, watch))
    requeued = requeue(running.filter(lease_token__in=dead))
    if jobs_wait() and workers_alive().exists():
        ring()
    doubtful = running.filter(lease_expires_at__lt=timezone.now()).count()
    return ReapReport(requeued=requeued, doubtful=doubtful, checkpoints_swept=_sweep_checkpoints())


def _leases_of(running: QuerySet[Job], watch: LeaseWatch) -> list[Lease]:
    """All leases there are. Who could not see them does not know for how long they stood still."""
    try:
        leases = list(running.values_list("lease_token", "lease_expires_at"))
    except DatabaseError:
        watch.forget()
        raise
    return [Lease(token, until) for token, until in leases if token and until]


def jobs_reap_by_hand(watch: LeaseWatch, *, rest: Callable[[float], None] = time.sleep) -> ReapReport:
    """All that the reaper and the hourly sweeps do, at once. Rests some seconds where a lease looks dead."""
    passes = [jobs_reap(watch)]
    if passes[0].doubtful:
        rest(STILL_S)
        passes.append(jobs_reap(watch))
    files, pictures = files_sweep(), pictures_sweep()
    return ReapReport(
        requeued=passes[-1].requeued,
        doubtful=passes[-1].doubtful,
        checkpoints_swept=sum(one.checkpoints_swept for one in passes),
        files_swept=files.unfinished + files.orphans + pictures.files,
    )


def _sweep_checkpoints() -> int:
    """Remove the checkpoints of jobs that are over or gone."""
    folders = {folder.name: folder for folder in _entries(settings.CHECKPOINT_DIR)}
    ids = [name for name in folders if _is_uuid(name)]
    open_jobs = Job.objects.filter(pk__in=ids, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    wanted = {str(pk) for pk in open_jobs.values_list("pk", flat=True)}
    unwanted = [name for name in ids if name not in wanted]
    for name in unwanted:
        shutil.rmtree(folders[name], ignore_errors=True)
    for name in wanted:
        _sweep_drafts(folders[name])
    return len(unwanted)


def _sweep_drafts(folder: Path) -> None:
    """Remove what killed workers left half written beside the checkpoints of a job that goes on."""
    oldest = time.time() - STRAY_AGE_S
    for draft in folder.glob(f"{STRAY_PREFIX}*"):
        if draft.stat().st_mtime < oldest:
            draft.unlink(missing_ok=True)


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
