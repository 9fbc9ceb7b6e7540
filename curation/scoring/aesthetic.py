"""Owns the default sense of beauty: a linear head on what can be measured of a picture, without a model of taste.

Its first weights are Aria's own choice; people's verdicts refit them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curation.scoring.composition import Composition
from curation.scoring.defects import Defects, Pixels, rise

FEATURES = ("balance", "thirds", "contrast", "harmony", "colourfulness", "sharpness", "calm", "light")
"""What the head sees of a picture, each in [0, 1]."""

Features = NDArray[np.float64]
"""(n, len(FEATURES))."""

_STEADINESS = 4.0
"""How strongly the first weights are held to: so many verdicts weigh as much as they do."""
_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class AestheticHead:
    """A logistic regression: one weight for each of FEATURES, and a constant."""

    weights: tuple[float, ...]
    constant: float
    verdicts: int = 0
    """How many verdicts it was fitted to; 0 for the first weights."""

    @property
    def name(self) -> str:
        """What is stored beside a score."""
        return f"signals+{self.verdicts}"

    def of(self, features: Features) -> NDArray[np.float64]:
        """The share of such pictures that a person would keep, in [0, 1]."""
        drawn: NDArray[np.float64] = 1 / (1 + np.exp(-(features @ np.array(self.weights) + self.constant)))
        return drawn

    def refitted(self, features: Features, kept: Sequence[bool]) -> "AestheticHead":
        """The head after people's verdicts: ridge logistic regression around the first weights, by Newton's method."""
        start = np.array([*FIRST.weights, FIRST.constant])
        seen, wanted = np.column_stack([features, np.ones(len(features))]), np.asarray(kept, np.float64)
        found = start.copy()
        for _ in range(_ROUNDS):
            chance = 1 / (1 + np.exp(-(seen @ found)))
            slope = seen.T @ (chance - wanted) + _STEADINESS * (found - start)
            curvature = (seen * (chance * (1 - chance))[:, None]).T @ seen + _STEADINESS * np.eye(len(found))
            found = found - np.linalg.solve(curvature, slope)
        return AestheticHead(tuple(found[:-1].tolist()), float(found[-1]), len(features))


FIRST = AestheticHead((0.8, 0.6, 1.2, 0.6, 1.0, 1.0, 0.8, 0.8), -3.6)


def features_of(pixels: Pixels, defects: Defects, composition: Composition) -> tuple[float, ...]:
    """What the head sees of one picture, in the order of FEATURES."""
    return (
        composition.balance,
        composition.thirds,
        composition.contrast,
        composition.harmony,
        colourfulness(pixels),
        1 - defects.blur,
        1 - max(defects.noise, defects.blocking, defects.banding),
        1 - max(defects.overexposed, defects.underexposed),
    )


def colourfulness(pixels: Pixels) -> float:
    """After Hasler and Süsstrunk (2003); their "extremely colourful" is 1."""
    small = cv2.resize(pixels, (128, 128), interpolation=cv2.INTER_AREA).astype(np.float64)
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    across, along = red - green, (red + green) / 2 - blue
    spread = np.hypot(across.std(), along.std()) + 0.3 * np.hypot(across.mean(), along.mean())
    return rise(float(spread), 0, 109)
