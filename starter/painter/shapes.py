"""Owns outlines: functions that return polygon points in the painter's unit coordinates."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]


def outline(*pairs: tuple[float, float]) -> Points:
    """Return the given corners as points."""
    return np.array(pairs, dtype=np.float64)


def ellipse(x: float, y: float, rx: float, ry: float | None = None, turn: float = 0.0) -> Points:
    """Return an ellipse (a circle without `ry`) turned by `turn` radians."""
    angles = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    points = np.stack([rx * np.cos(angles), (rx if ry is None else ry) * np.sin(angles)], axis=1)
    return shifted(rotate(points, turn), x, y)


def arc(x: float, y: float, rx: float, ry: float, span: tuple[float, float]) -> Points:
    """Return the open arc between two angles in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(span[0], span[1], 40))
    return np.stack([x + rx * np.cos(angles), y + ry * np.sin(angles)], axis=1)


def box(x: float, y: float, width: float, height: float) -> Points:
    """Return a rectangle from its top left corner."""
    return outline((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def shifted(points: Points, x: float, y: float) -> Points:
    """Return the points moved by (x, y)."""
    return np.add(points, (x, y))


def rotate(points: Points, turn: float) -> Points:
    """Return the points turned about the origin by `turn` radians."""
    cos, sin = math.cos(turn), math.sin(turn)
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]))


def smooth(points: Points, *, closed: bool = True, steps: int = 8) -> Points:
    """Return a Catmull-Rom curve through the points."""
    if closed:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        padded = np.concatenate([points[:1], points, points[-1:]])
    p0, p1, p2, p3 = padded[:-3, None], padded[1:-2, None], padded[2:-1, None], padded[3:, None]
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    flat = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, points[-1:]])


def mirrored(right_half: Points) -> Points:
    """Close a right-hand outline (top to bottom, x >= 0) with its mirror image."""
    return np.concatenate([right_half, right_half[::-1] * (-1, 1)])


def star(x: float, y: float, radius: float, inner: float, tips: int, turn: float = 0.0) -> Points:
    """Return a star with `tips` points."""
    angles = np.arange(2 * tips) * math.pi / tips - math.pi / 2 + turn
    radii = np.where(np.arange(2 * tips) % 2 == 0, radius, inner)
    return np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], axis=1)


def profile(rng: np.random.Generator, count: int, octaves: int, roughness: float = 0.5) -> NDArray[np.float64]:
    """Return smooth random heights between 0 and 1; more octaves make them more jagged."""
    at = np.linspace(0, 1, count)
    heights = np.zeros(count)
    knots, weight = 4, 1.0
    for _ in range(octaves):
        heights += weight * np.interp(at, np.linspace(0, 1, knots), rng.random(knots))
        knots, weight = knots * 2 - 1, weight * roughness
    low, high = heights.min(), heights.max()
    return np.asarray((heights - low) / max(high - low, 1e-6))


def ridge(
    rng: np.random.Generator, span: tuple[float, float], level: float, height: float, base: float, octaves: int = 5
) -> Points:
    """Return a mountain-like band across `span`: its crest rises `height` above `level`, its foot is at `base`."""
    xs = np.linspace(span[0], span[1], 72)
    crest = level - height * profile(rng, 72, octaves)
    return band(xs, crest, base)


def band(xs: NDArray[np.float64], crest: NDArray[np.float64], base: float) -> Points:
    """Close a crest line down to a straight foot."""
    line = np.stack([xs, crest], axis=1)
    return np.concatenate([line, outline((float(xs[-1]), base), (float(xs[0]), base))])


def hills(rng: np.random.Generator, span: tuple[float, float], level: float, height: float, base: float) -> Points:
    """Return a softly rolling band across `span`."""
    xs = np.linspace(span[0], span[1], 64)
    waves, phase = rng.uniform(0.5, 1.3), rng.uniform(0, 2 * math.pi)
    at = (xs - span[0]) / (span[1] - span[0])
    crest = np.sin(at * waves * 2 * math.pi + phase) + 0.35 * np.sin(at * waves * 5 * math.pi + 2 * phase)
    return band(xs, level - height * (0.5 + 0.37 * crest), base)
