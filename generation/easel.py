"""Seeing a job through from a command line: by the running studio, or in this process when there is none."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from generation.models import Job
from generation.selectors import workers_alive
from generation.worker import StudioWorker, engine_build

POLL_S = 0.2


def job_see_through(job: Job, *, on_progress: Callable[[Job], None], poll_s: float = POLL_S) -> Job:
    """Wait until the job is over, painting it here whenever no worker is alive. Returns it as it ended.

    `on_progress` hears of the job as it stands, a few times a second.
    """
    with _local_worker() as paint_here:
        while not job.is_terminal:
            if job.state == Job.State.QUEUED and not workers_alive().exists():
                paint_here(job.pk)
            time.sleep(poll_s)
            job.refresh_from_db()
            on_progress(job)
    return job


@contextmanager
def _local_worker() -> Iterator[Callable[[UUID], None]]:
    """A worker of this process, made on first use and stopped at the end, also after Ctrl-C."""
    workers: list[StudioWorker] = []

    def paint_here(job_id: UUID) -> None:
        if not workers:
            workers.append(StudioWorker(engine_build(), name=f"paint@{socket.gethostname()}"))
            workers[0].start()
        threading.Thread(target=workers[0].paint_claimable, args=(job_id,), name="painter", daemon=True).start()

    try:
        yield paint_here
    finally:
        for worker in workers:
            worker.stop()
