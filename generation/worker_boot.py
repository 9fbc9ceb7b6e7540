"""The one StudioWorker of a Celery GPU process: made when the process is ready, closed when it ends."""

import threading

from django.conf import settings

from generation.services import jobs_reap
from generation.worker import StudioWorker, engine_build

_booted = threading.Event()
_worker: StudioWorker | None = None


def worker_boot(name: str) -> None:
    """Build the engine, announce the worker, warm its models and ring for what already waits."""
    global _worker  # noqa: PLW0603  one worker a process is the point
    _worker = StudioWorker(engine_build(), name=name)
    _worker.start()
    _booted.set()
    jobs_reap()
    preload = threading.Thread(target=_worker.engine.preload, args=(tuple(settings.ARIA_PRELOAD),), name="preload")
    preload.start()


def studio_worker() -> StudioWorker:
    """This process's worker; waits for its boot where a bell rings during it."""
    _booted.wait()
    if _worker is None:
        raise RuntimeError("The worker was booted without an engine.")
    return _worker


def worker_close() -> None:
    """Stop claiming and give back what is being painted. Does nothing where no worker was booted."""
    if _worker is not None:
        _worker.stop()
