"""Claim: pictures are encoded and stored beside the painting, not in its way, and without loss.

- throughput of two waiting threads that store each picture / that drop it: at least 0.97, by a clock that does not
  count waiting behind strangers;
- encoding a master of 1024 pixels as PNG as Pillow does by default / as Aria does: at least 2;
- the master read back, grey levels apart from what was painted: 0.

Throughput is the device thread's: how long it takes from the first model call to the end of the last painting.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from statistics import median

import numpy as np
from PIL import Image

from bench.measuring import at_least, exactly, paired_times, ratio_of, unhindered_clock
from bench.models import STARTER, sources
from bench.paintings import grey_levels_apart, order, outcome_of, running_engine
from bench.reporting import Report, run_script
from bench.studio import temporary_studio
from generation.engine.contract import Pixels
from generation.engine.engine import Engine

PAIRS, ENCODING_PAIRS = 12, 15
JOBS, STEPS = 4, 8
LARGE_SIDE = 1024


def measure(report: Report, device: str) -> None:
    """Paint some jobs in a row, storing or dropping them, then encode one large picture."""
    with (
        temporary_studio(),
        running_engine(sources(starter=STARTER), preload=("starter",), device=device) as engine,
    ):
        paced = _PacedByTheDevice(engine)
        times = paired_times(lambda: paced.paint(_drop), lambda: paced.paint(_store), pairs=PAIRS, clock=paced.clock)
        report.goal("throughput_with_saving_over_without", ratio_of(times), at_least(0.97))
        report.figure("job_with_saving", median(stored for _, stored in times) / JOBS * 1000, "ms")
        report.goal("stored_master_grey_levels_apart", _apart_after_storing(engine), exactly(0))
    _encoding(report)


class _PacedByTheDevice:
    """Paints on an engine and reads the unhindered clock of its device thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        device_thread = next(thread for thread in threading.enumerate() if thread.name == "device")
        self.clock = unhindered_clock(device_thread.native_id)

    def paint(self, use: Callable[[Pixels, int], object]) -> None:
        """Paint all jobs, two held at a time, as the two threads of a worker do; a picture is used by its thread."""

        def one(number: int) -> None:
            asked = order("starter", steps=STEPS, seed=number, job_id=str(number))
            use(outcome_of(self._engine.submit(asked)).pixels[0], number)

        with ThreadPoolExecutor(max_workers=2) as waiting:
            list(waiting.map(one, range(JOBS)))


def _drop(pixels: Pixels, number: int) -> None:
    """Let the picture go."""


def _store(pixels: Pixels, number: int) -> str:
    """Encode and store a picture as a worker does, and return the name of its master."""
    from gallery.services import FinishedPicture, artwork_files_write

    recipe = order("starter", steps=STEPS, seed=number).recipe
    return artwork_files_write(
        FinishedPicture(pixels=pixels, recipe=recipe, origin_key=f"job:bench:{number}", facts={})
    ).file


def _apart_after_storing(engine: Engine) -> int:
    from django.core.files.storage import default_storage

    painted = outcome_of(engine.submit(order("starter", steps=STEPS, seed=1))).pixels[0]
    with default_storage.open(_store(painted, 1)) as master:
        return grey_levels_apart(painted, np.asarray(Image.open(master)))


def _encoding(report: Report) -> None:
    from gallery.rendering import artwork_render, master_png

    picture, recipe = _grainy_picture(), order("starter").recipe
    image = Image.fromarray(picture)

    def ours() -> bytes:
        return master_png(image, recipe)

    times = paired_times(lambda: image.save(BytesIO(), "PNG"), ours, pairs=ENCODING_PAIRS)
    report.goal("default_png_over_ours", ratio_of(times), at_least(2))
    read_back = np.asarray(Image.open(BytesIO(ours())))
    report.goal("large_master_grey_levels_apart", grey_levels_apart(picture, read_back), exactly(0))
    everything = paired_times(lambda: artwork_render(picture, recipe), ours, pairs=5)
    report.figure("master", median(master for _, master in everything) * 1000, "ms of processor")
    report.figure("master_and_thumbnails", median(files for files, _ in everything) * 1000, "ms of processor")


def _grainy_picture() -> Pixels:
    """Soft shapes with grain, which compress as paintings do."""
    chance = np.random.default_rng(0)
    coarse = Image.fromarray(chance.integers(0, 256, (16, 16, 3), np.uint8))
    soft = np.asarray(coarse.resize((LARGE_SIDE, LARGE_SIDE), Image.Resampling.BICUBIC), np.float64)
    grain = chance.normal(0, 4, soft.shape)
    picture: Pixels = (soft + grain).clip(0, 255).astype(np.uint8)
    return picture


if __name__ == "__main__":
    run_script(__file__, measure)
