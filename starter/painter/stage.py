"""Owns the stage: everything a subject needs to draw itself, and the registry of subjects."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from starter.painter.canvas import Canvas, Pen
from starter.painter.palette import Palette
from starter.painter.scene import Scene


@dataclass(frozen=True, slots=True)
class Stage:
    """One picture in the making: canvas, colours, lots and where the light stands."""

    scene: Scene
    canvas: Canvas
    palette: Palette
    rng: np.random.Generator
    light: tuple[float, float]

    @property
    def dark(self) -> bool:
        """Say whether lamps are lit."""
        return self.scene.time in {"dusk", "night"}

    def between(self, low: float, high: float) -> float:
        """Draw lots for a number."""
        return float(self.rng.uniform(low, high))

    def across(self, low: float, high: float) -> float:
        """Draw lots for an x between two parts of the width."""
        return self.between(low, high) * self.canvas.w

    def thing_pen(self, size: tuple[float, float] = (0.36, 0.44), drop: float = 0.5, lean: float = 0.06) -> Pen:
        """Return a pen for one large thing near the middle; `drop` is its usual height in parts of the canvas."""
        x = self.canvas.w / 2 + self.between(-0.11, 0.11) * self.canvas.w
        y = self.canvas.h * drop + self.between(-0.04, 0.04)
        return self.canvas.pen(x, y, self.between(*size), self.between(-lean, lean))


Subject: TypeAlias = Callable[[Stage], None]
SUBJECT_DRAWERS: dict[str, Subject] = {}


def subject(key: str) -> Callable[[Subject], Subject]:
    """Register a function as the way to draw one subject."""

    def register(drawer: Subject) -> Subject:
        SUBJECT_DRAWERS[key] = drawer
        return drawer

    return register
