"""Seeing a job through from a command line: by the running studio, or in this process when there is none."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from uuid import UUID

from generation.models import Job
from generation.selectors import workers_alive
from generation.worker import StudioWorker, engine_build

POLL_S = 0.2


def job_see_through(job: Job, *, on_progress: Callable[[Job], None], poll_s: float = POLL_S) -> Job:
    """Wait until the job is over, painting it here whenever no worker is alive. Returns it as it ended.

    `on_progress` hears of the job as it stands, a few times a second.
    """
    with closing(_LocalWorker()) as here:
        while not job.is_terminal:
            if job.state == Job.State.QUEUED and here.is_needed():
                here.paint(job.pk)
            time.sleep(poll_s)
            job.refresh_from_db()
            on_progress(job)
    return job


class _LocalWorker:
    """A worker of this process, made on first use, for want of others."""

    def __init__(self) -> None:
        self._worker: StudioWorker | None = None
        self._thread: threading.Thread | None = None

    def is_needed(self) -> bool:
        """Whether nobody else could paint, nor is this one at it."""
        if self._thread is not None and self._thread.is_alive():
            return False
        own = self._worker.boot_id if self._worker else ""
        return not workers_alive().exclude(boot_id=own).exists()

    def paint(self, job_id: UUID) -> None:
        """Paint this job in a thread, if it can be claimed."""
        if self._worker is None:
            self._worker = StudioWorker(engine_build(), name=f"paint@{socket.gethostname()}")
            self._worker.start()
        work = self._worker.paint_claimable
        self._thread = threading.Thread(target=work, args=(job_id,), name="painter", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give back what is being painted, also after Ctrl-C."""
        if self._worker is not None:
            self._worker.stop()
