"""Owns the ten places that nature made."""

import math
from itertools import pairwise

import numpy as np

from starter.painter.canvas import Pen, slope
from starter.painter.colour import Rgb, mix
from starter.painter.shapes import band, box, ellipse, hills, outline, profile, ridge, shifted, smooth
from starter.painter.sky import far_hills, full_width, rolling_ground, water
from starter.painter.stage import Stage, subject


def fir(pen: Pen, colour: Rgb, shade: Rgb, trunk: Rgb) -> None:
    """Draw a fir tree: its foot at the origin, one unit tall."""
    pen.fill(box(-0.04, -0.16, 0.08, 0.18), trunk)
    for tier in range(4):
        top, wide = -1 + tier * 0.2, 0.14 + 0.075 * tier
        foot = top + 0.34
        pen.fill(outline((0, top), (wide, foot), (0, foot - 0.05), (-wide, foot)), colour)
        pen.fill(outline((0, top), (wide, foot), (0, foot - 0.05)), shade)


def _peak(stage: Stage, x: float, top: float, foot: float, depth: float) -> None:
    rng, palette = stage.rng, stage.palette
    tall = foot - top
    wide = tall * rng.uniform(0.75, 1.0)
    lit, shaded = palette.main_at(depth + 0.3), palette.main_at(depth)
    left = [(x - wide * part, top + tall * part + rng.normal(0, 0.012)) for part in (0.3, 0.55, 0.8, 1.05)]
    right = [(x + wide * part, top + tall * part + rng.normal(0, 0.012)) for part in (0.25, 0.5, 0.75, 1.05)]
    spine = [(x + rng.normal(0.02, 0.03) * tall * 2, top + tall * part) for part in (0.25, 0.5, 0.75, 1.05)]
    stage.canvas.fill(outline((x, top), *left, *spine[::-1]), slope(mix(lit, palette.chalk, 0.12), lit))
    stage.canvas.fill(outline((x, top), *right, *spine[::-1]), slope(shaded, mix(shaded, palette.haze, 0.15)))
    cap = 0.27
    zigzag = [
        (x + wide * cap * part, top + tall * cap * (1.0 if index % 2 else 0.68))
        for index, part in enumerate(np.linspace(0.95, -0.95, 7))
    ]
    snow = mix(palette.chalk, palette.haze, 0.25 * depth)
    stage.canvas.fill(outline((x, top), *zigzag), snow)
    stage.canvas.fill(outline((x, top), *zigzag[:4]), mix(snow, palette.main, 0.28))


@subject("mountains")
def mountains(stage: Stage) -> None:
    """Peaks with snow over a dark foreground."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    foot = canvas.h * 0.9
    canvas.fill(ridge(rng, full_width(stage), canvas.h * 0.66, 0.26, canvas.h + 0.02), palette.main_at(0.85))
    count = int(rng.integers(2, 4) + round(1.5 * (canvas.w - 1)))
    for x in rng.permutation(np.linspace(0.12, 0.88, count)) * canvas.w:
        _peak(stage, x + rng.normal(0, 0.05), canvas.h * rng.uniform(0.3, 0.5), foot, rng.uniform(0.2, 0.4))
    _peak(stage, stage.across(0.3, 0.7), canvas.h * rng.uniform(0.16, 0.27), foot, 0.12)
    canvas.veil(canvas.h * 0.6, canvas.h, palette.haze, 0.5)
    _fir_row(stage, canvas.h * 0.93, 0.14, 0.0, 11)


def _fir_row(stage: Stage, level: float, size: float, depth: float, count: int) -> None:
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    canvas.fill(hills(rng, full_width(stage), level, 0.06, canvas.h + 0.02), palette.main_at(depth))
    shade = mix(palette.main_at(depth), palette.main_deep, 0.45)
    for x in np.linspace(-0.02, 1.02, count) * canvas.w:
        pen = canvas.pen(x + rng.normal(0, 0.02), level + rng.uniform(-0.01, 0.05), size * rng.uniform(0.75, 1.25))
        fir(pen, palette.main_at(depth), shade, palette.ink)


@subject("forest")
def forest(stage: Stage) -> None:
    """Rows of firs growing out of haze."""
    canvas, palette = stage.canvas, stage.palette
    wide = canvas.w
    _fir_row(stage, canvas.h * 0.58, 0.3, 0.85, round(14 * wide))
    canvas.veil(canvas.h * 0.4, canvas.h * 0.75, palette.haze, 0.35)
    _fir_row(stage, canvas.h * 0.74, 0.42, 0.5, round(9 * wide))
    canvas.veil(canvas.h * 0.55, canvas.h * 0.9, palette.haze, 0.3)
    _fir_row(stage, canvas.h * 1.04, stage.between(0.62, 0.76), 0.22, round(5 * wide))


@subject("volcano")
def volcano(stage: Stage) -> None:
    """A lone cone with a glowing crater, lava streams and a plume."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    x, top, foot = stage.across(0.36, 0.64), canvas.h * stage.between(0.36, 0.44), canvas.h * 0.92
    lava = palette.accent if stage.scene.accent else (255, 120, 50)
    for step in range(9):
        rise, size = step * 0.045, 0.06 + 0.016 * step
        puff = mix(palette.ground_dark, palette.haze, 0.25 + 0.06 * step)
        canvas.fill(
            ellipse(x + rng.normal(0.01 * step, 0.03), top - 0.02 - rise, size * rng.uniform(0.9, 1.4), size), puff, 0.9
        )
    canvas.glow(x, top, 0.32, lava, 0.75)
    wide = stage.between(0.46, 0.58)
    slope_left = smooth(
        outline((x - 0.09, top), (x - 0.15, top + 0.16), (x - 0.3, top + 0.36), (x - wide, foot)), closed=False
    )
    slope_right = smooth(
        outline((x + 0.09, top), (x + 0.15, top + 0.16), (x + 0.3, top + 0.36), (x + wide, foot)), closed=False
    )
    canvas.fill(np.concatenate([slope_left, slope_right[::-1]]), slope(palette.main, palette.main_dark))
    canvas.fill(
        np.concatenate([slope_right, outline((x + 0.08, foot), (x + 0.05, top + 0.2), (x + 0.02, top))]),
        slope(palette.main_dark, palette.main_deep),
    )
    canvas.fill(ellipse(x, top, 0.092, 0.022), mix(lava, palette.chalk, 0.45))
    for lean in (-0.07, 0.0, 0.065):
        path = outline(
            (x + lean * 0.6, top),
            (x + lean * 1.3, top + 0.1),
            (x + lean * 1.1 + rng.normal(0, 0.02), top + 0.19),
            (x + lean * 2.6, top + rng.uniform(0.26, 0.4)),
        )
        canvas.line(smooth(path, closed=False), 0.02, lava)
    canvas.fill(hills(rng, full_width(stage), foot - 0.03, 0.07, canvas.h + 0.02), palette.main_deep)


@subject("sea")
def sea(stage: Stage) -> None:
    """Rolling waves with crests of foam."""
    canvas, palette = stage.canvas, stage.palette
    top = canvas.h * stage.between(0.34, 0.46)
    water(stage, top, palette.main, mix(palette.main, palette.haze, 0.35))
    rows = 5
    for row in range(rows):
        near = row / (rows - 1)
        level = top + (canvas.h - top) * (0.14 + 0.74 * near**1.2)
        _crest_row(stage, level, 0.03 + 0.075 * near, 0.26 + 0.3 * near, palette.main_at(0.6 - 0.5 * near))


def _crest_row(stage: Stage, level: float, height: float, length: float, colour: Rgb) -> None:
    canvas, palette = stage.canvas, stage.palette
    xs = np.linspace(-0.02, canvas.w + 0.02, 120)
    phase = (xs / length + stage.between(0, 1)) * 2 * math.pi
    steep = 0.5 + 0.5 * np.sin(phase + 0.75 * np.sin(phase))
    rise = height * steep**1.7
    foam = level - rise
    body = foam + 0.006 + height * 0.3 * steep**3
    canvas.fill(band(xs, foam, canvas.h + 0.02), mix(palette.chalk, colour, 0.18))
    canvas.fill(band(xs, body, canvas.h + 0.02), slope(mix(colour, palette.main_light, 0.3), colour))


@subject("lake")
def lake(stage: Stage) -> None:
    """A still lake that mirrors the hills around it."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    shore = canvas.h * stage.between(0.46, 0.54)
    crest = shore - 0.05 - 0.24 * profile(rng, 72, 4)
    xs = np.linspace(-0.02, canvas.w + 0.02, 72)
    slope_colour = mix(palette.ground, palette.haze, 0.35)
    canvas.fill(band(xs, crest, shore), slope(slope_colour, mix(slope_colour, palette.haze, 0.35)))
    water(stage, shore, palette.main_dark, mix(palette.main, palette.main_light, 0.6))
    mirrored = shore + (shore - crest) * 0.85
    canvas.fill(band(xs, mirrored, shore), mix(palette.main, palette.ground_dark, 0.4), 0.55)
    for part in (0.12, 0.3, 0.52, 0.74):
        y = shore + (canvas.h - shore) * part
        x = stage.across(0.1, 0.9)
        canvas.fill(ellipse(x, y, 0.12 + 0.2 * part, 0.006), mix(palette.main_light, palette.chalk, 0.4), 0.7)
    canvas.line(outline((-0.1, shore), (canvas.w + 0.1, shore)), 0.008, mix(palette.chalk, palette.main, 0.4))
    _reeds(stage, canvas.h * 0.93)


def _reeds(stage: Stage, level: float) -> None:
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    canvas.fill(hills(rng, full_width(stage), level + 0.03, 0.07, canvas.h + 0.02), palette.ground_dark)
    side = stage.across(0.1, 0.25) if rng.random() < 0.5 else stage.across(0.75, 0.9)
    for offset in rng.normal(0, 0.09, 14):
        tip = (side + offset * 1.5, level - rng.uniform(0.1, 0.24))
        canvas.line(
            smooth(outline((side + offset, level + 0.08), (side + offset * 1.1, level - 0.03), tip), closed=False),
            0.007,
            palette.ground_dark,
        )
        canvas.fill(ellipse(*tip, 0.008, 0.026), palette.ink)


@subject("waterfall")
def waterfall(stage: Stage) -> None:
    """Water falling between two cliffs into a pool."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    x, wide = stage.across(0.38, 0.62), stage.between(0.15, 0.2)
    top, pool = canvas.h * stage.between(0.27, 0.36), canvas.h * 0.82
    canvas.fill(ridge(rng, full_width(stage), top + 0.04, 0.14, canvas.h + 0.02, 3), palette.ground_at(0.5))
    canvas.fill(
        outline((x - wide, top), (x + wide, top), (x + wide * 1.25, pool + 0.05), (x - wide * 1.25, pool + 0.05)),
        slope(palette.main_light, palette.main),
    )
    for part in np.linspace(-0.85, 0.85, 11):
        start, end = top + rng.uniform(0, 0.2), pool - rng.uniform(0, 0.15)
        tone = mix(palette.main_light, palette.chalk, 0.65) if rng.random() < 0.5 else palette.main_dark
        canvas.line(outline((x + wide * part, start), (x + wide * part * 1.22, end)), 0.012, tone)
    _cliff(stage, x - wide, top, -1)
    _cliff(stage, x + wide, top, 1)
    canvas.fill(box(-0.02, pool, canvas.w + 0.04, canvas.h), slope(palette.main, palette.main_dark))
    for step in range(14):
        foam = ellipse(
            x + rng.normal(0, wide * 0.75),
            pool + rng.uniform(-0.035, 0.025),
            rng.uniform(0.035, 0.07),
            rng.uniform(0.02, 0.035),
        )
        canvas.fill(foam, mix(palette.chalk, palette.main_light, 0.3 * (step % 3)), 0.85)
    for reach in (0.24, 0.36):
        canvas.line(ellipse(x, pool + reach * 0.25, reach, reach * 0.18), 0.006, palette.main_light, closed=True)


def _cliff(stage: Stage, edge: float, top: float, side: int) -> None:
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    far = canvas.w + 0.05 if side > 0 else -0.05
    foot = canvas.h * 0.86
    steps = [
        (edge + side * 0.025 * rng.uniform(0, 1) - side * 0.02 * (index % 2), top + (foot - top) * part)
        for index, part in enumerate(np.linspace(0, 1, 8))
    ]
    rock = palette.ground_at(0.2)
    canvas.fill(
        outline((far, top - 0.06), (edge + side * 0.12, top - 0.03), *steps, (far, foot)),
        slope(palette.ground_light, palette.ground_dark),
    )
    for _ in range(7):
        x, y = edge + side * rng.uniform(0.06, 0.45), rng.uniform(top + 0.05, foot - 0.08)
        canvas.fill(
            outline((x, y), (x + side * 0.09, y + 0.02), (x + side * 0.07, y + 0.12), (x + side * 0.01, y + 0.1)),
            mix(rock, palette.ground_dark, 0.6),
            0.7,
        )
    for x in rng.uniform(0.1, 0.5, 5):
        fir(
            canvas.pen(edge + side * x, top - 0.01, rng.uniform(0.1, 0.17)),
            palette.ground_dark,
            palette.ink,
            palette.ink,
        )


@subject("desert")
def desert(stage: Stage) -> None:
    """Sharp-crested dunes, lit on one side, with a cactus."""
    canvas, palette = stage.canvas, stage.palette
    canvas.fill(hills(stage.rng, full_width(stage), canvas.h * 0.52, 0.06, canvas.h + 0.02), palette.main_at(0.75))
    for level, depth in ((0.52, 0.5), (0.64, 0.32), (0.8, 0.16)):
        _dune(stage, canvas.h * level, depth)
    _cactus(stage, stage.across(0.15, 0.3) if stage.rng.random() < 0.5 else stage.across(0.7, 0.85))


def _dune(stage: Stage, level: float, depth: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    x, tall = stage.across(0.2, 0.8), stage.between(0.09, 0.17)
    crest_left = smooth(
        outline((-0.3, level + 0.14), (x - 0.45, level + 0.1), (x - 0.15, level - tall * 0.45), (x, level - tall)),
        closed=False,
    )
    crest_right = smooth(
        outline(
            (x, level - tall), (x + 0.2, level - tall * 0.35), (x + 0.5, level + 0.07), (canvas.w + 0.3, level + 0.1)
        ),
        closed=False,
    )
    foot = outline((canvas.w + 0.3, canvas.h + 0.02), (-0.3, canvas.h + 0.02))
    lit = mix(palette.main_at(depth + 0.3), palette.main_light, 0.4)
    canvas.fill(np.concatenate([crest_left, crest_right, foot]), slope(lit, palette.main_at(depth + 0.15)))
    fold = smooth(
        outline((x, level - tall), (x + 0.06, level + 0.02), (x - 0.06, level + 0.12), (x + 0.12, canvas.h + 0.05)),
        closed=False,
    )
    canvas.fill(
        np.concatenate([crest_right, outline((canvas.w + 0.3, canvas.h + 0.05)), fold[::-1]]),
        slope(palette.main_at(depth), mix(palette.main_at(depth), palette.main, 0.6)),
    )


def _cactus(stage: Stage, x: float) -> None:
    palette = stage.palette
    pen = stage.canvas.pen(x, stage.canvas.h * 0.9, stage.between(0.3, 0.38))
    green = palette.accent_dark if stage.scene.accent else mix((58, 110, 78), palette.ink, 0.35)
    for path in (
        ((0, 0), (0, -0.9)),
        ((0, -0.35), (-0.24, -0.4), (-0.26, -0.7)),
        ((0, -0.45), (0.22, -0.5), (0.24, -0.8)),
    ):
        limb = smooth(outline(*path), closed=False)
        pen.line(limb, 0.14, green)
        pen.line(limb - (0.02, 0), 0.03, mix(green, palette.chalk, 0.3))


@subject("island")
def island(stage: Stage) -> None:
    """A small island with palms in the middle of the sea."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    top = canvas.h * stage.between(0.55, 0.62)
    water(stage, top, mix(palette.ground_dark, palette.sky[0], 0.5), mix(palette.ground, palette.haze, 0.6))
    x, y, reach = stage.across(0.38, 0.62), top + 0.17, stage.between(0.36, 0.42)
    canvas.fill(ellipse(x, y + 0.045, reach * 1.08, 0.04), mix(palette.chalk, palette.haze, 0.4), 0.8)
    mound = smooth(
        outline(
            (x - reach, y + 0.04),
            (x - reach * 0.6, y - 0.06),
            (x, y - 0.14),
            (x + reach * 0.65, y - 0.05),
            (x + reach, y + 0.04),
            (x, y + 0.07),
        )
    )
    canvas.fill(mound, slope(palette.main_light, palette.main_dark, 0.3))
    for lean in rng.permutation([-0.16, 0.2, 0.03])[: int(rng.integers(2, 4))]:
        _palm(stage, x + lean * 0.5, y - 0.07, lean + rng.normal(0, 0.04), stage.between(0.36, 0.48))


def _palm(stage: Stage, x: float, y: float, lean: float, tall: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    trunk = smooth(outline((x, y + 0.03), (x + lean * 0.25, y - tall * 0.5), (x + lean, y - tall)), closed=False)
    canvas.line(trunk, 0.026, mix((120, 84, 60), palette.ink, 0.35))
    for index, angle in enumerate(np.linspace(-205, 25, 8)):
        turn = math.radians(angle + stage.between(-8, 8))
        dx, dy, reach = math.cos(turn), math.sin(turn), stage.between(0.17, 0.23)
        frond = smooth(
            outline(
                (0, 0),
                (dx * reach * 0.55, dy * reach * 0.55 - 0.02),
                (dx * reach, dy * reach + 0.07),
                (dx * reach * 0.5, dy * reach * 0.5 + 0.03),
            )
        )
        canvas.fill(shifted(frond, x + lean, y - tall), palette.main if index % 2 else palette.main_dark)


@subject("field")
def field(stage: Stage) -> None:
    """Rows of flowers that run to a vanishing point."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    top = canvas.h * stage.between(0.4, 0.5)
    far_hills(stage, top)
    vanishing, low = stage.across(0.2, 0.8), canvas.h + 0.05
    canvas.fill(box(-0.02, top, canvas.w + 0.04, low - top), slope(mix(palette.main, palette.haze, 0.3), palette.main))
    edges = np.linspace(-1.9, 1.9, 22) * max(canvas.w, 1)
    for index, (left, right) in enumerate(pairwise(edges)):
        colour = mix(palette.ground_dark, palette.main_dark, 0.35) if index % 2 else palette.main
        row = outline((vanishing, top - 0.01), (vanishing + left, low), (vanishing + right, low))
        canvas.fill(row, slope(mix(colour, palette.haze, 0.4), colour))
    for left in edges[1::2]:
        parts = rng.uniform(0.15, 1, 18) ** 0.8
        lanes = vanishing + (left - rng.uniform(0, 0.16, 18)) * parts
        tone = (palette.main_light, palette.main_light, palette.main_dark)[int(rng.integers(3))]
        canvas.dots(np.stack([lanes, top + (low - top) * parts], axis=1), 0.004 + 0.016 * parts, tone)
    canvas.veil(top - 0.08, top + 0.12, palette.haze, 0.5)


@subject("road")
def road(stage: Stage) -> None:
    """A winding road that shrinks towards the hills."""
    canvas, palette, rng = stage.canvas, stage.palette, stage.rng
    top = canvas.h * stage.between(0.44, 0.52)
    far_hills(stage, top - 0.03)
    rolling_ground(stage, top, layers=1, height=0.04)
    parts = np.linspace(0, 1, 90) ** 1.6
    ys = top + 0.005 + (canvas.h + 0.03 - top) * parts
    start, sway = stage.across(0.3, 0.7), stage.between(0.13, 0.2) * (1 if rng.random() < 0.5 else -1)
    drift = (canvas.w / 2 - start) * parts
    middle = start + drift + sway * np.sin(np.sqrt(parts) * math.pi * 2.6) * (0.25 + 0.9 * parts)
    half = 0.012 + 0.27 * parts
    for reach, colour in ((1.14, palette.main_deep), (1.0, palette.main)):
        left, right = np.stack([middle - half * reach, ys], axis=1), np.stack([middle + half * reach, ys], axis=1)
        canvas.fill(np.concatenate([left, right[::-1]]), slope(mix(colour, palette.main_light, 0.3), colour))
    for first in range(12, 84, 9):
        cut = slice(first, first + 5)
        thick = half[cut] * 0.07
        dash = np.concatenate(
            [np.stack([middle[cut] - thick, ys[cut]], axis=1), np.stack([middle[cut] + thick, ys[cut]], axis=1)[::-1]]
        )
        canvas.fill(dash, mix(palette.chalk, palette.main_light, 0.15))
    for part in np.sort(rng.uniform(0.1, 0.75, 5)):
        row, side = int(part * 89), 1 if rng.random() < 0.5 else -1
        pen = canvas.pen(
            float(middle[row] + side * (half[row] * 1.3 + 0.1 + 0.1 * part)),
            float(ys[row]),
            0.09 + 0.25 * float(parts[row]),
        )
        fir(pen, palette.ground_dark, mix(palette.ground_dark, palette.ink, 0.5), palette.ink)
