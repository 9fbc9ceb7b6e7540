"""Owns the eight abstract motifs."""

import math

import cv2
import numpy as np

from starter.painter.canvas import Pen, ball, slope
from starter.painter.colour import Rgb, mix
from starter.painter.shapes import Points, arc, band, box, ellipse, hills, outline, profile, rotate, shifted, smooth
from starter.painter.sky import full_width
from starter.painter.stage import Stage, subject


@subject("spiral")
def spiral(stage: Stage) -> None:
    """Arms that wind out of the middle."""
    palette = stage.palette
    pen = stage.thing_pen((0.46, 0.54), 0.5, 3.1)
    arms, winds = int(stage.rng.integers(2, 5)), stage.between(1.1, 1.7)
    way = 1 if stage.rng.random() < 0.5 else -1
    t = np.linspace(0.02, 1, 90)
    width = 1.15 * math.pi / arms
    for arm in range(arms):
        start = arm * 2 * math.pi / arms
        for shift, share, tone in (
            (0.0, 1.0, palette.main_deep),
            (0.08, 0.86, palette.main),
            (0.3, 0.34, palette.main_light),
        ):
            turn = start + way * (t**0.75 * winds * 2 * math.pi) + shift * width
            inner, outer = _polar(t, turn), _polar(t, turn + way * width * share)
            pen.fill(np.concatenate([inner, outer[::-1]]), tone)
    pen.fill(ellipse(0, 0, 0.13), palette.main_deep)
    pen.fill(ellipse(0, 0, 0.08), palette.accent)


def _polar(radius: np.ndarray, turn: np.ndarray) -> Points:
    return np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)


@subject("mandala")
def mandala(stage: Stage) -> None:
    """Rings of petals about a centre."""
    palette, rng = stage.palette, stage.rng
    pen = stage.thing_pen((0.43, 0.48), 0.5, 3.1)
    count = int(rng.choice([6, 8, 10, 12]))
    pen.fill(ellipse(0, 0, 1.02), palette.main_deep)
    pen.fill(ellipse(0, 0, 0.97), mix(palette.main_dark, palette.main, 0.4))
    tones = (palette.main_light, palette.main, palette.accent, palette.main_light, palette.main_deep)
    for ring, reach in enumerate((0.98, 0.78, 0.56, 0.4, 0.2)):
        plump = reach * math.pi / count * (0.85 if ring % 2 else 1.0)
        tip = smooth(outline((reach * 0.35, 0), (reach * 0.7, -plump), (reach, 0), (reach * 0.7, plump)))
        for index in range(count):
            turn = (index + 0.5 * (ring % 2)) * 2 * math.pi / count
            pen.fill(rotate(tip, turn), tones[ring])
            pen.line(rotate(tip, turn), 0.02, palette.main_deep, closed=True)
            pen.fill(rotate(ellipse(reach * 0.76, 0, plump * 0.3), turn), tones[(ring + 1) % 5])
    pen.fill(ellipse(0, 0, 0.12), palette.main_light)
    pen.fill(ellipse(0, 0, 0.07), palette.accent)


@subject("galaxy")
def galaxy(stage: Stage) -> None:
    """A tilted whirl of dust and stars."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    pen = stage.thing_pen((0.52, 0.6), 0.5, 0.0)
    tilt, squash = stage.between(-0.7, 0.7), stage.between(0.45, 0.62)
    way = 1 if rng.random() < 0.5 else -1
    frame = (1.0, squash)
    pen.glow(0, 0, 1.15, palette.main, 0.8)
    for arm in range(2):
        for t in np.linspace(0.12, 1, 15):
            turn = arm * math.pi + way * t * 4.4
            at = rotate(np.array([[math.cos(turn) * t, math.sin(turn) * t]]) * frame, tilt)[0]
            pen.glow(
                float(at[0]),
                float(at[1]),
                0.36 - 0.15 * float(t),
                palette.main if t < 0.75 else palette.main_dark,
                0.85,
            )
    t = rng.uniform(0.05, 1.05, 130)
    turn = rng.integers(0, 2, 130) * math.pi + way * t * 4.4 + rng.normal(0, 0.28, 130)
    specks = pen.place(rotate(_polar(t, turn) * frame, tilt))
    canvas.dots(specks[:60], rng.uniform(0.003, 0.009, 60), mix(palette.main_light, palette.chalk, 0.6))
    canvas.dots(specks[60:100], rng.uniform(0.004, 0.01, 40), palette.main_deep)
    canvas.dots(specks[100:], rng.uniform(0.004, 0.011, 30), palette.accent_light)
    pen.glow(0, 0, 0.3, mix(palette.main_light, palette.chalk, 0.8), 1.0)
    scattered = rng.random((30, 2)) * (canvas.w, canvas.h)
    canvas.dots(scattered, rng.uniform(0.002, 0.006, 30), palette.source)


@subject("waves")
def waves(stage: Stage) -> None:
    """Ribbons that flow across the whole picture."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    xs = np.linspace(-0.02, canvas.w + 0.02, 80)
    lean, length = stage.between(-0.35, 0.35), stage.between(0.7, 1.3)
    count, phase = int(rng.integers(6, 9)), stage.between(0, 6)
    tones = (palette.main, palette.main_dark, palette.main_light, palette.main, palette.main_deep)
    for index in range(count):
        level = canvas.h * (0.3 + 0.72 * index / count) + lean * (xs - canvas.w / 2)
        swing = 0.1 * np.sin(xs / length * 2 * math.pi + phase + index * 0.55) + 0.035 * np.sin(xs / length * 5 + index)
        tone = palette.accent if index == count // 2 else tones[index % 5]
        canvas.fill(band(xs, level + swing, canvas.h + 0.6), slope(mix(tone, palette.main_light, 0.25), tone, 0.4))
        canvas.line(np.stack([xs, level + swing], axis=1), 0.006, mix(tone, palette.chalk, 0.45))


@subject("geometric")
def geometric(stage: Stage) -> None:
    """A poster grid of quarter discs, triangles, rings and bars."""
    palette, rng = stage.palette, stage.rng
    pen = stage.thing_pen((0.41, 0.46), 0.5, 0.12)
    cells = int(rng.integers(2, 4))
    step = 2 / cells
    tones = (palette.main, palette.main_dark, palette.main_light, palette.main, palette.main_deep)
    accented = int(rng.integers(cells * cells))
    for cell in range(cells * cells):
        row, column = divmod(cell, cells)
        x, y = -1 + (column + 0.5) * step, -1 + (row + 0.5) * step
        ((cx, cy),) = pen.place(outline((x, y))).tolist()
        tile = stage.canvas.pen(cx, cy, pen.size * step / 2, pen.turn + int(rng.integers(4)) * math.pi / 2)
        first = int(rng.integers(5))
        front = palette.accent if cell == accented else tones[(first + 1 + int(rng.integers(3))) % 5]
        _poster_tile(tile, (cell + first) % 5, tones[first], front)


def _poster_tile(tile: Pen, kind: int, back: Rgb, front: Rgb) -> None:
    if kind != 2:
        tile.fill(box(-1, -1, 2, 2), back)
    if kind == 0:
        tile.fill(np.concatenate([arc(-1, -1, 2, 2, (0, 90)), outline((-1, -1))]), front)
    elif kind == 1:
        tile.fill(outline((-1, 1), (0, -1), (1, 1)), front)
    elif kind == 2:
        tile.fill(ellipse(0, 0, 1), back)
        tile.fill(ellipse(0, 0, 0.55), front)
    elif kind == 3:
        tile.fill(outline((-1, -1), (1, -1), (1, 1)), front)
    else:
        for x in (-1.0, -0.2, 0.6):
            tile.fill(box(x, -1, 0.4, 2), front)


@subject("aurora")
def aurora(stage: Stage) -> None:
    """Curtains of light over dark hills."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    rows, columns = 80, round(80 * canvas.w / canvas.h) + 2
    ys, at = np.linspace(0, 1, rows)[:, None], np.linspace(0, 1, columns)[None, :]
    light = np.zeros((rows, columns))
    for _ in range(3):
        foot = (
            rng.uniform(0.45, 0.72)
            + 0.1 * np.sin(at * rng.uniform(3, 7) + rng.uniform(0, 6))
            + 0.04 * np.sin(at * 17 + rng.uniform(0, 6))
        )
        streaks = 0.55 + 0.45 * np.interp(at, np.linspace(0, 1, 26), rng.random(26))
        above = foot - ys
        curtain = np.where(above > 0, np.exp(-above / 0.26), np.exp(above / 0.022))
        light = np.maximum(light, curtain * streaks)
    weight = cv2.resize(
        np.clip(light * 1.25, 0, 0.97).astype(np.float32), canvas.pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR
    )
    coat = cv2.resize(
        slope(palette.main_light, palette.main, 0.2), canvas.pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR
    )
    canvas.pixels[:] = cv2.blendLinear(coat, canvas.pixels, weight, 1 - weight)
    crest = canvas.h * 0.86 - 0.12 * profile(rng, 60, 4)
    canvas.fill(
        band(np.linspace(-0.02, canvas.w + 0.02, 60), crest, canvas.h + 0.02),
        slope(palette.main_dark, palette.main_deep),
    )
    canvas.fill(hills(rng, full_width(stage), canvas.h * 0.96, 0.06, canvas.h + 0.02), palette.ink)


@subject("mosaic")
def mosaic(stage: Stage) -> None:
    """Shards of glass: a great disc of the main colour in a window of sky."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    step = stage.between(0.12, 0.155)
    columns, rows = int(canvas.w / step) + 3, int(canvas.h / step) + 3
    grid = np.stack(np.meshgrid(np.arange(columns) - 0.9, np.arange(rows) - 0.9), axis=-1).astype(np.float64)
    corners = (grid + rng.uniform(-0.32, 0.32, grid.shape)) * step
    centre, reach = (stage.across(0.42, 0.58), canvas.h * stage.between(0.45, 0.55)), stage.between(0.36, 0.42)
    inside = (palette.main, palette.main, palette.main_light, palette.main_dark, palette.main)
    for row in range(rows - 1):
        for column in range(columns - 1):
            shard = corners[row : row + 2, column : column + 2].reshape(4, 2)[[0, 1, 3, 2]]
            away = math.dist(shard.mean(axis=0), centre)
            halves = (shard[:3], shard[[0, 2, 3]]) if (row + column) % 2 else (shard[[0, 1, 3]], shard[1:])
            for half in halves:
                tone = inside[int(rng.integers(5))] if away < reach else _pane(stage, half, rim=away < reach + step)
                canvas.fill(half, tone)
                canvas.line(half, 0.007, palette.ink, closed=True)
    canvas.line(ellipse(centre[0], centre[1], reach + step * 0.4), 0.016, palette.ink, closed=True)


def _pane(stage: Stage, shard: Points, *, rim: bool) -> Rgb:
    if rim and stage.rng.random() < 0.45:
        return stage.palette.accent
    depth = float(np.clip(shard[:, 1].mean() / stage.canvas.h, 0, 1)) * 2
    first = int(min(depth, 1.999))
    tone = mix(stage.palette.sky[first], stage.palette.sky[first + 1], depth - first if depth < 2 else 1.0)
    return mix(tone, stage.palette.chalk, stage.between(0, 0.14))


@subject("bubbles")
def bubbles(stage: Stage) -> None:
    """Glassy balls of many sizes."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    placed: list[tuple[float, float, float]] = []
    for attempt in range(90):
        size = (0.25, 0.19, 0.14, 0.1, 0.07, 0.05)[attempt // 15] * rng.uniform(0.85, 1.1)
        x, y = stage.across(0.08, 0.92), rng.uniform(0.08, 0.92) * canvas.h
        if all(math.hypot(x - a, y - b) > (size + c) * 0.93 for a, b, c in placed):
            placed.append((x, y, size))
    for index, (x, y, size) in enumerate(placed):
        odd = index % 6 == 4
        light, dark = (palette.accent_light, palette.accent_dark) if odd else (palette.main_light, palette.main_dark)
        pen = canvas.pen(x, y, size)
        pen.fill(ellipse(0, 0, 1), ball(light, mix(palette.main, dark, 0.75) if not odd else dark, (0.35, 0.3), 0.85))
        pen.line(ellipse(0, 0, 0.96), 0.05, mix(light, palette.chalk, 0.4), closed=True)
        pen.fill(shifted(rotate(ellipse(0, 0, 0.24, 0.13), -0.75), -0.42, -0.46), mix(light, (255, 255, 255), 0.75))
        pen.line(arc(0, 0, 0.76, 0.76, (20, 75)), 0.06, mix(light, palette.chalk, 0.3))
