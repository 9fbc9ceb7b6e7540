"""The one StudioWorker of a Celery GPU process: made when the process is ready, closed when it ends."""

import logging
import threading

from django.db import connection

from generation.engine.contract import EngineError, PaintingEngine
from generation.selectors import names_to_preload, sizes_painted
from generation.services import jobs_reap
from generation.worker import StudioWorker, engine_build

logger = logging.getLogger(__name__)

_booted = threading.Event()
_worker: StudioWorker | None = None


def worker_boot(name: str) -> None:
    """Build the engine, announce the worker, warm its models and ring for what already waits."""
    global _worker  # noqa: PLW0603  one worker a process is the point
    _worker = StudioWorker(engine_build(), name=name)
    _worker.start()
    _booted.set()
    jobs_reap()
    threading.Thread(target=_preload, args=(_worker.engine,), name="preload").start()


def models_preload(engine: PaintingEngine) -> None:
    """Have the engine warm what will be asked for; a model that cannot be had keeps no other from being warmed."""
    for name in names_to_preload():
        try:
            engine.preload((name,), {name: sizes_painted(name)})
        except EngineError as error:
            logger.error("The model %s is not preloaded: %s", name, error)


def _preload(engine: PaintingEngine) -> None:
    """Preload on a thread of its own, with a database connection of its own."""
    try:
        models_preload(engine)
    finally:
        connection.close()


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
