"""Owns the eight hands: filters that turn a clean picture into flat print, watercolour, oil, ink and the like."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from starter.painter.canvas import Pixels, strongest
from starter.painter.palette import Palette

Floats: TypeAlias = NDArray[np.float32]

_PAPER = np.array((250, 246, 236), np.float32)
_WIDE_BLUR = 6.0
_PIXEL_BLOCKS = 40
_PIXEL_COLOURS = 22
_NEON_LIGHT = {"dawn": 0.62, "day": 0.62, "dusk": 0.85, "night": 1.0}


@dataclass(frozen=True, slots=True)
class Brush:
    """An oil brush, in pixels of a 256 pixel picture."""

    spacing: float
    length: float
    thick: float


_BROAD, _FINE = Brush(8.0, 13.0, 7.0), Brush(3.2, 5.5, 2.5)


@dataclass(frozen=True, slots=True)
class Plate:
    """A clean picture with what a style needs to know: which part is the subject, the colours and the hour."""

    picture: Pixels
    figure: Pixels
    palette: Palette
    time: str
    rng: np.random.Generator

    @property
    def unit(self) -> float:
        """Return the scale against the usual 256 pixels."""
        rows, columns = self.picture.shape[:2]
        return float(min(rows, columns) / 256)

    def noise(self, cells: int) -> Floats:
        """Return smooth noise of about `cells` bumps across, with deviation near 1."""
        rows, columns = self.picture.shape[:2]
        short = min(rows, columns)
        shape = (max(2, round(cells * rows / short)), max(2, round(cells * columns / short)))
        small = self.rng.standard_normal(shape, dtype=np.float32)
        return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC), dtype=np.float32)

    def odd(self, size: float) -> int:
        """Return a kernel size for `size` pixels at 256: odd, at least 3."""
        return max(3, round(size * self.unit) | 1)


Style: TypeAlias = Callable[[Plate], Pixels]


def _to_pixels(values: NDArray[np.floating[Any]]) -> Pixels:
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)


def _soft(values: Floats, reach: float) -> Floats:
    """Return the values blurred by `reach` pixels; a wide blur is done on a smaller copy."""
    shrink = int(reach // _WIDE_BLUR)
    if shrink < 2:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), reach), dtype=np.float32)
    size = (values.shape[1], values.shape[0])
    small = cv2.resize(values, (max(1, size[0] // shrink), max(1, size[1] // shrink)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), reach / shrink)
    return np.asarray(cv2.resize(blurred, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _wobbled(plate: Plate, reach: float, cells: int) -> Pixels:
    rows, columns = plate.picture.shape[:2]
    xs, ys = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    reach *= plate.unit
    shifted = cv2.remap(
        plate.picture,
        xs + reach * plate.noise(cells),
        ys + reach * plate.noise(cells),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(shifted, dtype=np.uint8)


def _contours(picture: Pixels, kernel: int) -> Floats:
    grey = cv2.GaussianBlur(picture, (3, 3), 0)
    cross = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (kernel, kernel))
    edge = strongest(cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, cross)).astype(np.float32)
    return np.asarray(np.clip((edge - 22) / 60, 0, 1), dtype=np.float32)


def flat(plate: Plate) -> Pixels:
    """Print as it is, with the faintest grain."""
    grain = plate.rng.integers(-3, 4, plate.picture.shape[:2], dtype=np.int16)[..., None]
    return _to_pixels((plate.picture + grain).astype(np.float32))


def watercolour(plate: Plate) -> Pixels:
    """Thin paint that runs, pools at its edges and leaves the paper's rim free."""
    wet = cv2.medianBlur(_wobbled(plate, 1.4, 24), min(plate.odd(5), 5)).astype(np.float32)
    soft = _soft(wet, 2.4 * plate.unit)
    pooled = wet + 0.9 * np.minimum(wet - soft, 0)
    bloom = 0.83 + 0.055 * plate.noise(5) + 0.03 * plate.noise(20)
    tooth = 0.02 * plate.noise(min(200, *plate.picture.shape[:2]))
    density = np.clip(bloom + tooth, 0.45, 0.97) * _rim(plate)
    return _to_pixels(_PAPER - (_PAPER - pooled) * density[..., None])


def _rim(plate: Plate) -> Floats:
    rows, columns = plate.picture.shape[:2]
    ys, xs = np.arange(rows, dtype=np.float32)[:, None], np.arange(columns, dtype=np.float32)[None, :]
    inset = np.minimum(np.minimum(xs, columns - 1 - xs), np.minimum(ys, rows - 1 - ys)) / plate.unit
    edge = (inset - 9 - 4.5 * plate.noise(9) - 2 * plate.noise(30)) / 2.5
    return np.asarray(np.clip(edge, 0, 1), dtype=np.float32)


def oil(plate: Plate) -> Pixels:
    """Thick short strokes that follow the forms, with light on their ridges."""
    base = np.asarray(cv2.GaussianBlur(plate.picture, (0, 0), 3 * plate.unit), dtype=np.uint8)
    turn = _stroke_turn(plate)
    detail = _contours(plate.picture, plate.odd(7)) > 0.3
    _paint_strokes(plate, base, turn, _places(plate, _BROAD, ~detail), _BROAD)
    _paint_strokes(plate, base, turn, _places(plate, _FINE, detail), _FINE)
    grey = cv2.cvtColor(base, cv2.COLOR_RGB2GRAY).astype(np.float32)
    relief = grey - np.roll(grey, (1, 1), axis=(0, 1))
    return _to_pixels(base + np.clip(relief * 0.5, -22, 22)[..., None])


def _stroke_turn(plate: Plate) -> Floats:
    grey = cv2.GaussianBlur(cv2.cvtColor(plate.picture, cv2.COLOR_RGB2GRAY), (0, 0), 3 * plate.unit).astype(np.float32)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    follow = np.arctan2(down, across) + np.pi / 2
    drift = 0.4 + 0.8 * plate.noise(4)
    return np.where(np.hypot(across, down) > 14, follow, drift).astype(np.float32)


def _places(plate: Plate, brush: Brush, where: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Return the (row, column) places where a brush touches the canvas, in random order."""
    rows, columns = plate.picture.shape[:2]
    step = brush.spacing * plate.unit
    ys, xs = np.meshgrid(np.arange(0, rows, step), np.arange(0, columns, step), indexing="ij")
    ys = np.clip(ys.ravel() + plate.rng.uniform(-0.5, 0.5, ys.size) * step, 0, rows - 1).astype(int)
    xs = np.clip(xs.ravel() + plate.rng.uniform(-0.5, 0.5, xs.size) * step, 0, columns - 1).astype(int)
    order = plate.rng.permutation(np.flatnonzero(where[ys, xs]))
    return np.stack([ys[order], xs[order]])


def _paint_strokes(plate: Plate, base: Pixels, turn: Floats, places: NDArray[np.int_], brush: Brush) -> None:
    ys, xs = places
    colours = plate.picture[ys, xs] + plate.rng.normal(0, 7, (xs.size, 1))
    reach = brush.length * plate.unit * plate.rng.uniform(0.35, 0.65, xs.size)
    away = np.stack([np.cos(turn[ys, xs]), np.sin(turn[ys, xs])], axis=1) * reach[:, None]
    centres = np.stack([xs, ys], axis=1)
    ends = np.concatenate([centres - away, centres + away], axis=1).round().astype(int).tolist()
    width = max(1, round(brush.thick * plate.unit))
    for (x0, y0, x1, y1), tone in zip(ends, np.clip(colours, 0, 255).tolist(), strict=True):
        cv2.line(base, (x0, y0), (x1, y1), tone, width, cv2.LINE_8)


def ink(plate: Plate) -> Pixels:
    """Black brush lines over a grey wash; only the subject keeps its colour."""
    picture = _wobbled(plate, 1.3, 20).astype(np.float32)
    grey = picture @ np.array((0.299, 0.587, 0.114), np.float32)
    wash = grey[..., None] * np.array((1.0, 0.99, 0.96), np.float32)
    keep = cv2.GaussianBlur(plate.figure, (0, 0), 1.5 * plate.unit).astype(np.float32)[..., None] / 255
    toned = wash + (picture - wash) * (0.5 + 0.42 * keep)
    density = np.clip(0.84 + 0.1 * plate.noise(5), 0.55, 1.0)[..., None]
    washed = _PAPER - (_PAPER - toned) * density
    line = _contours(_to_pixels(picture), plate.odd(3)) * np.clip(0.9 + 0.25 * plate.noise(30), 0.25, 1.1)
    edge = np.clip(line, 0, 1)[..., None]
    return _to_pixels(washed * (1 - edge) + np.array((22, 22, 30), np.float32) * edge)


def pixel(plate: Plate) -> Pixels:
    """Coarse square blocks in few colours."""
    rows, columns = plate.picture.shape[:2]
    block = max(2, round(min(rows, columns) / _PIXEL_BLOCKS))
    grid = (max(1, round(columns / block)), max(1, round(rows / block)))
    small = cv2.resize(plate.picture, grid, interpolation=cv2.INTER_AREA)
    few = Image.fromarray(small).quantize(_PIXEL_COLOURS, dither=Image.Dither.NONE).convert("RGB")
    return np.asarray(cv2.resize(np.asarray(few), (columns, rows), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def pointillism(plate: Plate) -> Pixels:
    """Round dabs of pure colour on a pale ground."""
    rows, columns = plate.picture.shape[:2]
    step = 5.0 * plate.unit
    base = _to_pixels(cv2.GaussianBlur(plate.picture, (0, 0), 4 * plate.unit) * 0.72 + _PAPER * 0.28)
    ys, xs = np.meshgrid(np.arange(0, rows + step, step * 0.87), np.arange(0, columns + step, step), indexing="ij")
    xs = xs + (np.arange(xs.shape[0]) % 2)[:, None] * step / 2
    ys += plate.rng.uniform(-0.2, 0.2, ys.shape) * step
    xs += plate.rng.uniform(-0.2, 0.2, xs.shape) * step
    centres = np.stack([xs.ravel(), ys.ravel()], axis=1)
    at = np.clip(centres, 0, (columns - 1, rows - 1)).astype(int)
    picked = plate.picture[at[:, 1], at[:, 0]]
    varied = picked + plate.rng.normal(0, 6, picked.shape) + plate.rng.normal(0, 8, (len(at), 1))
    sizes = (step * 16 * plate.rng.uniform(0.46, 0.58, len(at))).astype(int).tolist()
    for centre, size, tone in zip(
        (centres * 16).astype(int).tolist(), sizes, np.clip(varied, 0, 255).tolist(), strict=True
    ):
        cv2.circle(base, centre, size, tone, -1, cv2.LINE_AA, 4)
    return base


def sketch(plate: Plate) -> Pixels:
    """Coloured pencil: hatching as dense as the tone is dark, and graphite outlines."""
    picture = _wobbled(plate, 0.9, 24).astype(np.float32)
    tone = picture @ np.array((0.299, 0.587, 0.114), np.float32)
    rich = strongest(picture) + strongest(-picture)
    cover = 0.34 + (250 - tone) / 400 + rich / 700
    laid = np.clip(cover + 0.16 * _pencil_grain(plate, 50) + 0.04 * _pencil_grain(plate, 20), 0.12, 0.96)[..., None]
    sheet = _PAPER - (_PAPER - picture) * laid
    edge = (_contours(_to_pixels(picture), plate.odd(3)) * 0.75)[..., None]
    return _to_pixels(sheet * (1 - edge) + np.array((62, 60, 68), np.float32) * edge)


def _pencil_grain(plate: Plate, angle: float) -> Floats:
    """Return noise smeared into strokes: about 3 pixels wide and 28 long, at `angle` degrees."""
    rows, columns = plate.picture.shape[:2]
    reach = int(np.hypot(rows, columns)) + 2
    small = plate.rng.standard_normal(
        (max(2, round(reach / (2.6 * plate.unit))), max(2, round(reach / (28 * plate.unit)))), dtype=np.float32
    )
    streaks = cv2.resize(small, (reach, reach), interpolation=cv2.INTER_LINEAR)
    turn = cv2.getRotationMatrix2D((reach / 2, reach / 2), angle, 1.0)
    turn[:, 2] += ((columns - reach) / 2, (rows - reach) / 2)
    return np.asarray(cv2.warpAffine(streaks, turn, (columns, rows)), dtype=np.float32)


def neon(plate: Plate) -> Pixels:
    """Glowing tubes along every edge of a darkened picture."""
    picture = plate.picture.astype(np.float32)
    keep = cv2.GaussianBlur(plate.figure, (0, 0), 1.2).astype(np.float32)[..., None] / 255
    deep = (picture / 255) ** 1.5 * (255 * _NEON_LIGHT[plate.time])
    rich = deep + (deep - deep.mean(axis=2, keepdims=True)) * 0.45
    dimmed = np.clip(rich, 0, 255) * (1 - keep) + picture * 0.86 * keep + (6, 8, 20)
    edge = np.clip(_contours(plate.picture, plate.odd(3)) * 1.2, 0, 1)[..., None]
    wide = cv2.dilate(plate.picture, np.ones((plate.odd(3), plate.odd(3)), np.uint8)).astype(np.float32)
    peak = np.maximum(strongest(wide), 60)[..., None]
    grey = wide.mean(axis=2, keepdims=True)
    tube = np.clip((wide + (wide - grey) * 0.7) * (255 / peak), 0, 255) * edge
    tube /= 1 + 2.2 * _soft(edge, 9 * plate.unit)[..., None]
    glow = _soft(tube, 5.5 * plate.unit) * 0.75 + _soft(tube, 1.6 * plate.unit) * 0.4
    core = edge * 40
    return _to_pixels(dimmed * (1 - 0.7 * edge) + tube * 0.75 + glow + core)


STYLE_FILTERS: dict[str, Style] = {
    "flat": flat,
    "watercolour": watercolour,
    "oil": oil,
    "ink": ink,
    "pixel": pixel,
    "pointillism": pointillism,
    "sketch": sketch,
    "neon": neon,
}
