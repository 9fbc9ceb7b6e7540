"""Claim: watching a painting costs its painter next to nothing.

- processor time of a painting with four frames a second / without: at most 1.10;
- bytes of a frame: at least 10 times fewer than a picture of 1024 pixels as base64 text, which is what a studio without
  small frames sends;
- conversions to host memory (`cpu`, `numpy`, `item`, `tolist`) that previews add on the device thread: 0.

The two arms are one order on one engine, watched and unwatched. On a GPU each such conversion would wait for the
device; here they are only counted.
"""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from statistics import median
from typing import Any

import numpy as np
from PIL import Image

from bench.measuring import at_least, at_most, exactly, paired_times, ratio_of
from bench.models import STARTER, sources
from bench.paintings import Outcome, grey_levels_apart, order, outcome_of, running_engine
from bench.reporting import Report, run_script
from generation.engine.contract import PaintOrder
from generation.engine.engine import Engine

PAIRS = 15
STEPS = 12
WATCHED = order("starter", steps=STEPS)
UNWATCHED = replace(WATCHED, watched=False)
CONVERSIONS = ("cpu", "numpy", "item", "tolist")
LARGE_SIDE = 1024


def measure(report: Report, device: str) -> None:
    """Paint in turns with and without frames."""
    with running_engine(sources(starter=STARTER), preload=("starter",), device=device) as engine:
        with_frames, without = _paint(engine, WATCHED), _paint(engine, UNWATCHED)
        times = paired_times(lambda: _paint(engine, WATCHED), lambda: _paint(engine, UNWATCHED), pairs=PAIRS)
        added = _conversions(engine, WATCHED) - _conversions(engine, UNWATCHED)
    report.goal("with_previews_over_without", ratio_of(times), at_most(1.10))
    report.goal("frames_of_an_unwatched_painting", len(without.previews), exactly(0))
    report.goal("frames_of_one_painting", len(with_frames.previews), at_least(1))
    report.goal("with_and_without_grey_levels_apart", _apart(with_frames, without), exactly(0))
    report.goal("conversions_added_on_the_device_thread", added, exactly(0))
    frame_bytes = median(len(preview.jpeg) for preview in with_frames.previews)
    report.goal("large_base64_over_frame_bytes", _large_base64_bytes(with_frames) / frame_bytes, at_least(10))
    report.figure("frame", frame_bytes, "bytes")


def _paint(engine: Engine, asked: PaintOrder) -> Outcome:
    return outcome_of(engine.submit(asked))


def _apart(one: Outcome, other: Outcome) -> int:
    return grey_levels_apart(one.pixels[0], other.pixels[0])


def _conversions(engine: Engine, asked: PaintOrder) -> int:
    with _conversions_counted() as names:
        _paint(engine, asked)
    return len(names)


@contextmanager
def _conversions_counted() -> Iterator[list[str]]:
    """Notes every conversion of a tensor that the device thread makes for as long as the block lasts."""
    import torch

    found: list[str] = []
    originals = {name: getattr(torch.Tensor, name) for name in CONVERSIONS}

    def noting(name: str) -> Any:
        def note(self: Any, *args: Any, **kwargs: Any) -> Any:
            if threading.current_thread().name == "device":
                found.append(name)
            return originals[name](self, *args, **kwargs)

        return note

    for name in CONVERSIONS:
        setattr(torch.Tensor, name, noting(name))
    try:
        yield found
    finally:
        for name, method in originals.items():
            setattr(torch.Tensor, name, method)


def _large_base64_bytes(painted: Outcome) -> int:
    """The same picture at full size as JPEG in base64."""
    image = Image.fromarray(np.ascontiguousarray(painted.pixels[0])).resize((LARGE_SIDE, LARGE_SIDE))
    content = BytesIO()
    image.save(content, "JPEG", quality=85)
    return len(base64.b64encode(content.getvalue()))


if __name__ == "__main__":
    run_script(__file__, measure)
