"""The one StudioWorker of a Celery GPU process: made when the process is ready, closed when it ends."""

import logging
import socket
import threading

from django.db import connection

from generation.engine.contract import EngineError
from generation.selectors import names_to_preload, sizes_painted
from generation.services import jobs_reap, worker_starts, worker_trouble_note
from generation.worker import StudioWorker, engine_build, new_boot_id

logger = logging.getLogger(__name__)

_booted = threading.Event()
_worker: StudioWorker | None = None


def worker_boot(name: str) -> None:
    """Build the engine, announce the worker, warm its models and ring for what already waits."""
    global _worker  # noqa: PLW0603  one worker a process is the point
    boot_id = new_boot_id(name)
    worker_starts(boot_id, name=name, host=socket.gethostname())
    _worker = StudioWorker(engine_build(), name=name, boot_id=boot_id)
    _worker.start()
    _booted.set()
    jobs_reap()
    threading.Thread(target=_preload, args=(_worker,), name="preload").start()


def models_preload(worker: StudioWorker) -> None:
    """Have the engine warm what will be asked for; a model that cannot be had keeps no other from being warmed."""
    troubles = []
    for name in names_to_preload():
        try:
            worker.engine.preload((name,), {name: sizes_painted(name)})
        except EngineError as error:
            logger.error("The model %s is not preloaded: %s", name, error)
            troubles.append(f"The model {name} is not preloaded: {error}")
    worker_trouble_note(worker.boot_id, " ".join(troubles))


def _preload(worker: StudioWorker) -> None:
    """Preload on a thread of its own, with a database connection of its own."""
    try:
        models_preload(worker)
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
