"""Owns the composition sketch: a prompt read as a scene and drawn at once, for diffusion to paint over."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from starter.painter.draw import draw
from starter.painter.parse import parse
from starter.painter.scene import Scene


@dataclass(frozen=True)
class Sketch:
    """A drawn scene with the words that decided its parts and those that steered nothing."""

    image: NDArray[np.uint8]
    scene: Scene
    found: dict[str, str]
    unknown: tuple[str, ...]


def sketch(prompt: str, *, seed: int, width: int, height: int) -> Sketch:
    """Draw what a prompt asks for, (height, width, 3) RGB; the same arguments give the same sketch."""
    parsed = parse(prompt, seed=seed)
    image = draw(parsed.scene, seed=seed, width=width, height=height)
    return Sketch(image, parsed.scene, parsed.found, parsed.unknown)
