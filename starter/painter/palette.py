"""Owns a picture's colours: what time of day and mood make of the chosen colours, as one harmonious palette."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from starter.painter.colour import Rgb, mix, rgb
from starter.painter.scene import Scene
from starter.painter.vocabulary import COLOURS

Lch: TypeAlias = tuple[float, float, float]

_HARMONIES = (28.0, -32.0, 150.0, 180.0, 210.0)
_NEUTRAL_CHROMA = 0.03


@dataclass(frozen=True, slots=True)
class TimeLook:
    """The light of one time of day: sky from top to horizon, light source, and what it does to surfaces."""

    top: Lch
    middle: Lch
    low: Lch
    source: Lch
    glow: Lch
    ground: tuple[float, float]
    dimming: float


TIME_LOOKS = {
    "dawn": TimeLook(
        (0.74, 0.075, 292), (0.83, 0.085, 350), (0.92, 0.075, 68), (0.97, 0.06, 88), (0.9, 0.09, 62), (0.6, 0.055), 0.0
    ),
    "day": TimeLook(
        (0.68, 0.125, 243),
        (0.81, 0.085, 228),
        (0.945, 0.035, 205),
        (0.985, 0.06, 100),
        (0.9, 0.05, 215),
        (0.64, 0.07),
        0.0,
    ),
    "dusk": TimeLook(
        (0.38, 0.125, 300), (0.57, 0.175, 8), (0.79, 0.16, 58), (0.9, 0.13, 78), (0.82, 0.15, 55), (0.4, 0.07), 0.03
    ),
    "night": TimeLook(
        (0.235, 0.085, 277),
        (0.335, 0.105, 268),
        (0.49, 0.095, 245),
        (0.95, 0.04, 95),
        (0.6, 0.1, 262),
        (0.32, 0.055),
        0.05,
    ),
}


@dataclass(frozen=True, slots=True)
class MoodLook:
    """What a mood does to the palette, and the mark it leaves on the picture."""

    chroma: float
    lift: float
    warmth: float
    mark: str | None


MOOD_LOOKS = {
    "contemplative": MoodLook(0.82, 0.02, -4, "haze"),
    "chaotic": MoodLook(1.15, 0.0, 6, "splatter"),
    "melancholic": MoodLook(0.72, -0.035, -14, "vignette"),
    "energized": MoodLook(1.18, 0.015, 8, "rays"),
    "rebellious": MoodLook(1.12, -0.03, 12, "spray"),
    "serene": MoodLook(0.88, 0.035, -6, None),
    "restless": MoodLook(1.0, -0.01, 10, "wind"),
    "playful": MoodLook(1.12, 0.03, 4, "confetti"),
    "introspective": MoodLook(0.8, -0.025, 12, "vignette"),
    "bold": MoodLook(1.15, -0.01, 0, "frame"),
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour a picture is made of."""

    sky: tuple[Rgb, Rgb, Rgb]
    source: Rgb
    glow: Rgb
    haze: Rgb
    main: Rgb
    main_light: Rgb
    main_dark: Rgb
    main_deep: Rgb
    accent: Rgb
    accent_light: Rgb
    accent_dark: Rgb
    ground: Rgb
    ground_light: Rgb
    ground_dark: Rgb
    ink: Rgb
    chalk: Rgb

    def main_at(self, depth: float) -> Rgb:
        """Return the main colour at a distance: 0 is near and dark, 1 is lost in the haze."""
        near = mix(self.main_dark, self.main, min(depth * 2.2, 1.0))
        return mix(near, self.haze, max(depth - 0.35, 0.0) * 0.9)

    def ground_at(self, depth: float) -> Rgb:
        """Return the ground colour at a distance, as `main_at`."""
        return mix(mix(self.ground_dark, self.ground, min(depth * 2, 1.0)), self.haze, depth * 0.75)


def palette_for(scene: Scene, rng: np.random.Generator) -> Palette:
    """Mix the palette of a scene; the generator only nudges it."""
    look, mood = TIME_LOOKS[scene.time], MOOD_LOOKS[scene.mood]
    nudge = float(rng.uniform(-9, 9))
    sky = tuple(_sky_colour(stop, mood, nudge) for stop in (look.top, look.middle, look.low))
    main = _surface(scene.colour, look, mood)
    accent = _surface(scene.accent, look, mood) if scene.accent else _harmony(main, float(rng.choice(_HARMONIES)))
    ground_hue = accent[2] if accent[1] > _NEUTRAL_CHROMA else look.middle[2]
    ground = (look.ground[0] + mood.lift, look.ground[1] * mood.chroma, ground_hue)
    return Palette(
        (sky[0], sky[1], sky[2]), rgb(*look.source), rgb(*look.glow), sky[2],
        rgb(*main), _shade(main, 0.11), _shade(main, -0.11), _shade(main, -0.2),
        rgb(*accent), _shade(accent, 0.11), _shade(accent, -0.12),
        rgb(*ground), _shade(ground, 0.1), _shade(ground, -0.12),
        rgb(0.2 + look.ground[0] * 0.08, 0.05, look.top[2]), rgb(0.97 - look.dimming, 0.02, look.source[2]),
    )  # fmt: skip


def _sky_colour(stop: Lch, mood: MoodLook, nudge: float) -> Rgb:
    lightness, chroma, hue = stop
    return rgb(lightness + mood.lift, chroma * mood.chroma, hue + nudge * 0.6 + mood.warmth * 0.5)


def _surface(key: str, look: TimeLook, mood: MoodLook) -> Lch:
    term = COLOURS[key]
    dimming = look.dimming if term.lightness > 0.5 else 0.0
    chroma = term.chroma * (0.7 + 0.3 * mood.chroma)
    return term.lightness - dimming + mood.lift * 0.4, chroma, term.hue


def _harmony(main: Lch, turn: float) -> Lch:
    lightness, chroma, hue = main
    if chroma < _NEUTRAL_CHROMA:
        return 0.66, 0.12, 40 + turn
    return min(max(0.9 - lightness * 0.4, 0.5), 0.78), 0.11, hue + turn


def _shade(base: Lch, lift: float) -> Rgb:
    lightness, chroma, hue = base
    lift = min(lift, (0.985 - lightness) * 0.5)
    return rgb(max(lightness + lift, 0.12), chroma * (1 - abs(lift) * 0.9), hue)
