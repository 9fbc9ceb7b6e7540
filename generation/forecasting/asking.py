"""What a job asks of a device, as far as time goes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generation.engine.samplers import model_calls

TOGETHER = 8
"""Pictures that share a model call at the most, as the engine has it by default."""
BUCKETS_AN_OCTAVE = 8
"""Sizes within an eighth of an octave of pixels are learned together: some 64 between the smallest and the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A job's pictures by what they cost."""

    model: str
    width: int
    height: int
    calls: int
    """Model calls for one picture."""
    rows: int
    """What a model call computes for each picture: twice as much where it is led away from a negative prompt."""
    pictures: int

    @property
    def pixels(self) -> int:
        """Pixels of one picture."""
        return self.width * self.height

    @property
    def bucket(self) -> int:
        """The size it is learned under."""
        return round(math.log2(self.pixels) * BUCKETS_AN_OCTAVE)

    @property
    def shape(self) -> tuple[str, int, int]:
        """What jobs must have in common to share model calls."""
        return self.model, self.width, self.height


def bucket_pixels(bucket: int) -> float:
    """The pixels in the middle of a bucket."""
    return float(2 ** (bucket / BUCKETS_AN_OCTAVE))


def ask_of(recipe_data: Mapping[str, Any], pictures: int) -> Ask | None:
    """What a stored recipe asks for; None where it does not say, as a newer Aria's may not."""
    try:
        return Ask(
            model=str(recipe_data["model"]),
            width=max(1, int(recipe_data["width"])),
            height=max(1, int(recipe_data["height"])),
            calls=model_calls(str(recipe_data["sampler"]), int(recipe_data["steps"])),
            rows=2 if float(recipe_data["guidance_scale"]) > 1 else 1,
            pictures=pictures,
        )
    except (KeyError, TypeError, ValueError):
        return None
