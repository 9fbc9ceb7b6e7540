"""Owns drawing a scene: sky, extras, subject and mood mark on one canvas, then the style's hand."""

import cv2
import numpy as np

from starter.painter import buildings, creatures, motifs, things, wilds
from starter.painter.canvas import Canvas, Pixels, strongest
from starter.painter.colour import luminance, mix
from starter.painter.extras import BEHIND, IN_FRONT, faint_stars
from starter.painter.marks import BEHIND_SUBJECT, MARKS
from starter.painter.palette import MOOD_LOOKS, palette_for
from starter.painter.scene import Scene
from starter.painter.sky import paint_sky
from starter.painter.stage import SUBJECT_DRAWERS, Stage
from starter.painter.styles import STYLE_FILTERS, Plate
from starter.painter.vocabulary import MOTIF_KEYS, PLACE_KEYS

# Importing these registers their subjects.
SUBJECT_MODULES = (wilds, buildings, motifs, creatures, things)

_SEED_SPACE = 2**63
# A larger picture is drawn with this short side and enlarged: time and memory stay those of a sketch.
_LARGEST_SIDE = 1024
_LIGHT_HEIGHT = {"dawn": (0.3, 0.42), "day": (0.14, 0.24), "dusk": (0.32, 0.46), "night": (0.14, 0.26)}
_CORNER = (0.12, 0.19)
_DARK_SUBJECT = 0.36


def draw(scene: Scene, *, seed: int, width: int = 256, height: int = 256) -> Pixels:
    """Return the picture of a scene as (height, width, 3) RGB; the same arguments give the same picture."""
    short = min(width, height)
    if short <= _LARGEST_SIDE:
        return _draw_at(scene, seed, width, height)
    part = _LARGEST_SIDE / short
    picture = _draw_at(scene, seed, round(width * part), round(height * part))
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _draw_at(scene: Scene, seed: int, width: int, height: int) -> Pixels:
    stage = _set_stage(scene, seed, width, height)
    _draw_behind(stage)
    _lift_from_dark(stage)
    before = stage.canvas.pixels.copy()
    SUBJECT_DRAWERS[scene.subject](stage)
    figure = _touched(before, stage.canvas)
    _draw_in_front(stage)
    picture = stage.canvas.finished()
    if stage.rng.random() < 0.5:
        picture, figure = np.ascontiguousarray(picture[:, ::-1]), np.ascontiguousarray(figure[:, ::-1])
    plate = Plate(picture, figure, stage.palette, scene.time, np.random.default_rng((seed % _SEED_SPACE, 2)))
    return STYLE_FILTERS[scene.style](plate)


def _set_stage(scene: Scene, seed: int, width: int, height: int) -> Stage:
    rng = np.random.default_rng((seed % _SEED_SPACE, 1))
    canvas = Canvas(width, height)
    palette = palette_for(scene, rng)
    light = _light(scene, canvas, rng)
    horizon = canvas.h * (0.62 if scene.subject in PLACE_KEYS else 0.92)
    paint_sky(canvas, palette, rng, light, horizon)
    return Stage(scene, canvas, palette, rng, light)


def _light(scene: Scene, canvas: Canvas, rng: np.random.Generator) -> tuple[float, float]:
    place = scene.subject in PLACE_KEYS
    edge = rng.uniform(0.15, 0.32) if place else rng.uniform(0.11, 0.18)
    height = rng.uniform(*(_LIGHT_HEIGHT[scene.time] if place else _CORNER))
    return float(edge if rng.random() < 0.5 else 1 - edge) * canvas.w, float(height) * canvas.h


def _draw_behind(stage: Stage) -> None:
    mark = MOOD_LOOKS[stage.scene.mood].mark
    if stage.scene.time == "night":
        faint_stars(stage)
    if mark in BEHIND_SUBJECT:
        MARKS[mark](stage)
    if stage.scene.subject not in MOTIF_KEYS:
        _draw_extras_behind(stage)


def _lift_from_dark(stage: Stage) -> None:
    """Set a dark subject off from a dark sky with a pale light behind it."""
    if stage.dark and luminance(stage.palette.main) < _DARK_SUBJECT:
        stage.canvas.glow(
            stage.canvas.w / 2, stage.canvas.h / 2, 0.72, mix(stage.palette.glow, stage.palette.chalk, 0.35), 0.8
        )


def _draw_extras_behind(stage: Stage) -> None:
    for key, extra in BEHIND.items():
        if key in stage.scene.extras:
            extra(stage)


def _draw_in_front(stage: Stage) -> None:
    mark = MOOD_LOOKS[stage.scene.mood].mark
    if stage.scene.subject in MOTIF_KEYS:
        _draw_extras_behind(stage)
    for key, extra in IN_FRONT.items():
        if key in stage.scene.extras:
            extra(stage)
    if mark is not None and mark not in BEHIND_SUBJECT:
        MARKS[mark](stage)


def _touched(before: Pixels, canvas: Canvas) -> Pixels:
    changed = strongest(cv2.absdiff(before, canvas.pixels))
    mask = (changed > 24).astype(np.uint8) * 255
    return np.asarray(cv2.resize(mask, canvas.size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
