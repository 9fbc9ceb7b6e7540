"""How alike two pictures are, and what made the difference: pure comparisons of pixels and of facts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

GREY_LEVELS = 1
"""On one machine a picture may be off by so much: other pictures in the same model call change the last bits."""
ENOUGH_DB = 45.0
"""From this peak signal-to-noise ratio on, the pictures of two machines are held to be the same."""
PEAK = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Two pictures side by side."""

    largest_difference: int
    psnr: float | None
    """In decibels; None where the pictures are equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An ingredient that is not what it was."""

    ingredient: str
    before: str
    now: str

    @property
    def is_of_the_machine(self) -> bool:
        """Whether the promise for two machines holds, because all but the machine is the same."""
        return self.ingredient != "model revision"


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Likeness:
    """Compare two pictures pixel by pixel. Pictures of different sizes have nothing in common."""
    if one.shape != other.shape:
        return Likeness(largest_difference=PEAK, psnr=0.0)
    apart = np.abs(one.astype(np.int16) - other.astype(np.int16))
    largest = int(apart.max())
    if largest == 0:
        return Likeness(largest_difference=0, psnr=None)
    noise = float(np.square(apart.astype(np.float64)).mean())
    return Likeness(largest_difference=largest, psnr=round(10 * float(np.log10(PEAK**2 / noise)), 2))


def first_difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> Difference | None:
    """The first ingredient that differs: model revision, device, number format, instruction set, then the libraries.

    What was not written down when the first picture was painted counts as unchanged.
    """
    pairs = [
        ("model revision", before.get("model_revision"), now.get("model_revision")),
        ("device", _kind(before.get("device")), _kind(now.get("device"))),
        ("graphics card", before.get("device_name"), now.get("device_name")),
        ("number format", before.get("dtype"), now.get("dtype")),
        ("instruction set", before.get("instruction_set"), now.get("instruction_set")),
    ]
    libraries, current = before.get("libraries") or {}, now.get("libraries") or {}
    pairs += [(name, libraries.get(name), current.get(name)) for name in sorted(libraries.keys() | current.keys())]
    for ingredient, was, is_now in pairs:
        if was and was != is_now:
            return Difference(ingredient=ingredient, before=str(was), now=str(is_now or "none"))
    return None


def _kind(device: Any) -> str:
    """The kind of a device: which one of several equal ones it was decides nothing."""
    return re.sub(r":\d+$", "", str(device or ""))
