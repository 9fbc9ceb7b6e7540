"""Owns the background: the sky of the hour, its light, and the ground or water things stand on."""

import cv2
import numpy as np

from starter.painter.canvas import Canvas, slope
from starter.painter.colour import Rgb, mix
from starter.painter.palette import Palette
from starter.painter.shapes import box, hills
from starter.painter.stage import Stage

_ROWS = 96


def paint_sky(
    canvas: Canvas, palette: Palette, rng: np.random.Generator, light: tuple[float, float], horizon: float
) -> None:
    """Cover the canvas with the sky: three colours down to the horizon, drifting tints, and the light's glow."""
    columns = max(8, round(_ROWS * canvas.w / canvas.h))
    ys = (np.arange(_ROWS) + 0.5) / _ROWS * canvas.h
    xs = (np.arange(columns) + 0.5) / columns * canvas.w
    drift = cv2.resize(rng.normal(0, 1, (4, 4)).astype(np.float32), (columns, _ROWS), interpolation=cv2.INTER_CUBIC)
    depth = np.clip(ys[:, None] / horizon + 0.06 * drift, 0, 1)
    stops = np.array(palette.sky, dtype=np.float64)
    air = np.stack([np.interp(depth, (0, 0.55, 1), stops[:, channel]) for channel in range(3)], axis=-1)
    away = np.hypot(xs[None, :] - light[0], ys[:, None] - light[1])
    shine = (0.38 * np.exp(-((away / 0.2) ** 2)) + 0.34 * np.exp(-((away / 0.55) ** 2)))[..., None]
    lit = 255 - (255 - air) * (1 - shine * np.array(palette.glow) / 255)
    small = np.clip(lit, 0, 255).astype(np.float32)
    rows, width = canvas.pixels.shape[:2]
    canvas.pixels[:] = cv2.resize(small, (width, rows), interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def full_width(stage: Stage) -> tuple[float, float]:
    """Return a span a little wider than the canvas."""
    return -0.02, stage.canvas.w + 0.02


def water(stage: Stage, top: float, near: Rgb, far: Rgb) -> None:
    """Lay water from `top` to the foot of the canvas, with the light's path and ripples."""
    canvas, rng = stage.canvas, stage.rng
    canvas.fill(box(-0.02, top, canvas.w + 0.04, canvas.h - top + 0.02), slope(far, near))
    depth = canvas.h - top
    glint = mix(stage.palette.source, far, 0.15)
    for part in np.linspace(0.04, 0.92, 15) ** 1.5:
        y, reach = top + depth * part, 0.025 + 0.11 * part
        x = stage.light[0] + rng.normal(0, reach * 0.35)
        canvas.fill(_ripple(x, y, reach * rng.uniform(0.5, 1), 0.004 + 0.007 * part), glint, 0.75)
    for part in rng.uniform(0.05, 1, 12):
        shade = mix(near, far, 0.35 if rng.random() < 0.5 else 1.0)
        canvas.fill(
            _ripple(rng.uniform(0, canvas.w), top + depth * part, 0.05 + 0.12 * part, 0.003 + 0.006 * part), shade, 0.7
        )


def _ripple(x: float, y: float, reach: float, thick: float) -> np.ndarray:
    at = np.linspace(-1, 1, 13)
    upper = np.stack([x + at * reach, y - thick * (1 - at**2)], axis=1)
    return np.concatenate([upper, upper[::-1] * (1, -1) + (0, 2 * y)])


def rolling_ground(stage: Stage, top: float, *, layers: int = 2, height: float = 0.09) -> None:
    """Lay soft hills of neutral ground from `top` downwards, far to near."""
    canvas, palette = stage.canvas, stage.palette
    for layer in range(layers):
        near = layer / max(layers - 1, 1)
        level = top + (canvas.h - top) * 0.5 * near * (layers > 1)
        colour = palette.ground_at(0.75 * (1 - near) if layers > 1 else 0.35)
        points = hills(stage.rng, full_width(stage), level, height, canvas.h + 0.02)
        canvas.fill(points, slope(mix(colour, palette.ground_light, 0.35), mix(colour, palette.ground_dark, 0.25)))


def far_hills(stage: Stage, level: float) -> None:
    """Lay one pale line of hills along the horizon."""
    points = hills(stage.rng, full_width(stage), level, 0.1, stage.canvas.h + 0.02)
    stage.canvas.fill(
        points,
        slope(mix(stage.palette.ground, stage.palette.haze, 0.72), mix(stage.palette.ground, stage.palette.haze, 0.5)),
    )


def table_top(stage: Stage, top: float) -> None:
    """Lay a table top."""
    palette = stage.palette
    stage.canvas.fill(
        box(-0.02, top, stage.canvas.w + 0.04, stage.canvas.h), slope(palette.ground_light, palette.ground_dark)
    )
    stage.canvas.fill(box(-0.02, top, stage.canvas.w + 0.04, 0.014), mix(palette.ground_light, palette.chalk, 0.5))
