"""A GPU worker in a process of its own, beside the studio that ARIA_DATA names.

Run as `python -m bench.paced_worker NAME simulated|cpu`: a device that sleeps through its steps, or the starter on one
processor thread. Says "ready"; for each line it reads, it paints until nothing is claimable and answers with the
seconds this took, waiting behind strangers for the processor not counted.
"""

import logging
import sys
import threading
import time
from typing import TYPE_CHECKING

from bench.measuring import Clock, unhindered_clock
from bench.scripted_engine import Script, ScriptedEngine
from bench.studio import join_studio

if TYPE_CHECKING:
    from generation.engine.contract import PaintingEngine

STEP_S = 0.1


def main(name: str, kind: str) -> None:
    """Paint whenever told to."""
    join_studio()
    logging.disable(logging.WARNING)
    from generation.worker import StudioWorker

    engine = _cpu_engine() if kind == "cpu" else ScriptedEngine(Script(step=lambda: time.sleep(STEP_S)))
    worker = StudioWorker(engine, name=name)
    worker.start()
    clock = _clock_of_the_device()
    _say("ready")
    while sys.stdin.readline():
        started = clock()
        worker.paint_claimable()
        _say(str(clock() - started))
    worker.stop()


def _cpu_engine() -> "PaintingEngine":
    from bench.paintings import wait_until_warm
    from generation.catalogue import model_source
    from generation.engine.engine import Engine
    from generation.sketching import recipe_sketch

    engine = Engine(models=model_source, sketcher=recipe_sketch, device="cpu", dtype="float32", threads=1)
    engine.preload(("starter",))
    wait_until_warm(engine, ("starter",))
    return engine


def _clock_of_the_device() -> Clock:
    """A simulated device is the main thread; a real one has a thread of its own."""
    device = [thread.native_id for thread in threading.enumerate() if thread.name == "device"]
    return unhindered_clock(device[0] if device else None)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
