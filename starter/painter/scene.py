"""Owns the scene: the parameters from which one picture is drawn, and drawing lots for them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from starter.painter.vocabulary import COLOURS, EXTRAS, MOODS, MOTIF_KEYS, STYLES, SUBJECTS, TIMES

_WATERLESS = frozenset(
    {"forest", "desert", "field", "city", "castle", "village", "windmill", "road", "volcano", "waterfall"}
)
_OWN_LIGHT = frozenset({"galaxy", "crescent", "planet"})
_DARK_ONLY = frozenset({"stars"})
_BRIGHT_ONLY = frozenset({"sun", "rainbow"})
_EXTRA_COUNTS = (0, 1, 2, 3)
_EXTRA_COUNT_CHANCES = (0.3, 0.36, 0.24, 0.1)
_ACCENT_CHANCE = 0.35


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture shows. `colour` is the main subject's own colour, `accent` that of its lesser parts."""

    subject: str
    style: str
    time: str
    mood: str
    colour: str
    accent: str | None
    extras: tuple[str, ...]


def extra_suits(extra: str, *, subject: str, time: str) -> bool:
    """Say whether an extra makes sense in such a picture (it can be drawn in any)."""
    if extra in _DARK_ONLY and time not in {"dusk", "night"}:
        return False
    if extra in _BRIGHT_ONLY and time == "night":
        return False
    if extra == "moon" and time == "day":
        return False
    if extra in {"sun", "moon", "rainbow"} and subject in _OWN_LIGHT | {"aurora"}:
        return False
    return extra != "boat" or subject not in MOTIF_KEYS | _WATERLESS | {"sailboat", "fish", "cup"}


def sample_scene(rng: np.random.Generator) -> Scene:
    """Draw lots for a whole scene; every subject, style, time, mood and colour is equally likely."""
    subject, style, time = _pick(rng, SUBJECTS), _pick(rng, STYLES), _pick(rng, TIMES)
    colour = _pick(rng, COLOURS)
    others = [key for key in COLOURS if key != colour]
    accent = _pick(rng, others) if rng.random() < _ACCENT_CHANCE else None
    extras = _sample_extras(rng, subject=subject, time=time)
    return Scene(subject, style, time, _pick(rng, MOODS), colour, accent, extras)


def _pick(rng: np.random.Generator, keys: Iterable[str]) -> str:
    options = list(keys)
    return options[int(rng.integers(len(options)))]


def _sample_extras(rng: np.random.Generator, *, subject: str, time: str) -> tuple[str, ...]:
    suited = [extra for extra in EXTRAS if extra_suits(extra, subject=subject, time=time)]
    wanted = int(rng.choice(_EXTRA_COUNTS, p=_EXTRA_COUNT_CHANCES))
    chosen = {str(extra) for extra in rng.permutation(suited)[:wanted]}
    if {"sun", "moon"} <= chosen:
        chosen.discard("moon")
    return tuple(extra for extra in EXTRAS if extra in chosen)
