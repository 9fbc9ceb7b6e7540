"""Owns taste: what the painter chooses where a prompt says nothing, so that the parts suit each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from starter.painter.scene import Scene, extra_suits
from starter.painter.vocabulary import EXTRAS

_NATURAL_COLOURS: dict[str, str] = {
    "mountains": "blue purple teal navy pink",
    "volcano": "brown red black purple",
    "forest": "green teal navy purple",
    "sea": "blue turquoise teal navy",
    "lake": "blue teal turquoise purple",
    "waterfall": "turquoise blue white",
    "desert": "orange beige yellow pink red",
    "island": "green lime teal yellow",
    "field": "purple yellow red pink green",
    "city": "blue purple navy pink orange",
    "castle": "beige pink grey purple white",
    "village": "orange white yellow red pink",
    "lighthouse": "red blue orange white",
    "windmill": "red brown white orange",
    "bridge": "red orange brown teal",
    "road": "orange purple yellow grey",
    "spiral": "orange turquoise purple magenta blue",
    "mandala": "purple teal red orange magenta",
    "galaxy": "purple magenta blue turquoise",
    "waves": "blue turquoise orange magenta",
    "geometric": "red orange blue yellow teal",
    "aurora": "green turquoise lime purple",
    "mosaic": "blue red orange green",
    "bubbles": "turquoise pink blue purple",
    "cat": "orange grey black brown white",
    "bird": "blue red yellow orange",
    "fish": "orange red yellow turquoise",
    "butterfly": "blue orange purple magenta",
    "flower": "red pink magenta yellow purple",
    "tree": "green orange pink red lime",
    "mushroom": "red orange purple brown",
    "sailboat": "white red orange blue",
    "balloon": "red orange yellow magenta",
    "heart": "red pink magenta",
    "crescent": "yellow beige orange white",
    "planet": "orange teal purple red",
    "cup": "teal red white blue",
    "rocket": "red white orange blue",
}
_FAVOURITE_SUBJECTS = (
    "mountains",
    "lighthouse",
    "forest",
    "sea",
    "castle",
    "tree",
    "sailboat",
    "balloon",
    "flower",
    "island",
    "windmill",
)
_BY_THE_WATER = ("sea", "lake", "lighthouse", "island", "mountains")
_STYLES = ("flat", "flat", "watercolour", "watercolour", "oil")
_MOODS = ("serene", "serene", "contemplative", "energized", "serene")
_TIMES = ("day", "day", "dusk", "dusk", "dawn", "night")
_TIMES_OF_MOOD = {"melancholic": ("dusk", "dawn"), "introspective": ("dusk", "night"), "rebellious": ("dusk", "night")}
_TIMES_OF_SUBJECT = dict.fromkeys(("crescent", "galaxy", "planet", "aurora"), ("night",))
_TIMES_OF_EXTRA = {"stars": ("night",), "moon": ("night",), "rainbow": ("day",), "sun": ("day", "dusk", "dawn")}
_LIGHTS_OF_TIME = {"dawn": ("sun",), "day": ("sun",), "dusk": ("sun",), "night": ("moon", "stars")}
_COMPANIONS = ("birds", "clouds")
_LIT, _ACCOMPANIED = 0.75, 0.35


@dataclass(slots=True)
class Wishes:
    """What a prompt asks of a scene, part by part, with the word for each extra, and what it rules out."""

    chosen: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    banned: set[tuple[str, str]] = field(default_factory=set)

    def allows(self, part: str, key: str) -> bool:
        """Say whether the prompt has not ruled this out."""
        return (part, key) not in self.banned


def completed(wishes: Wishes, rng: np.random.Generator) -> Scene:
    """Return the scene that grants every wish and fills in the rest by lot, one lot per part whether needed or not."""
    lots = rng.random(8)
    chosen = wishes.chosen
    subject = chosen.get("subject") or _choice(wishes, "subject", _subjects(wishes), lots[0])
    mood = chosen.get("mood") or _choice(wishes, "mood", _MOODS, lots[1])
    time = chosen.get("time") or _choice(wishes, "time", _times(wishes, subject, mood), lots[2])
    style = chosen.get("style") or _choice(wishes, "style", _STYLES, lots[3])
    natural = [colour for colour in _NATURAL_COLOURS[subject].split() if colour != chosen.get("accent")]
    colour = chosen.get("colour") or _choice(wishes, "colour", natural, lots[4])
    extras = wishes.extras or _light_and_company(wishes, subject, time, lots[5:])
    return Scene(
        subject, style, time, mood, colour, chosen.get("accent"), tuple(key for key in EXTRAS if key in extras)
    )


def _subjects(wishes: Wishes) -> Sequence[str]:
    return _BY_THE_WATER if "boat" in wishes.extras else _FAVOURITE_SUBJECTS


def _times(wishes: Wishes, subject: str, mood: str) -> Sequence[str]:
    for extra, times in _TIMES_OF_EXTRA.items():
        if extra in wishes.extras:
            return times
    return _TIMES_OF_SUBJECT.get(subject, _TIMES_OF_MOOD.get(mood, _TIMES))


def _light_and_company(wishes: Wishes, subject: str, time: str, lots: np.ndarray) -> list[str]:
    extras = list(_LIGHTS_OF_TIME[time]) if lots[0] < _LIT else []
    if lots[1] < _ACCOMPANIED:
        extras.append(_COMPANIONS[int(lots[2] * len(_COMPANIONS))])
    return [key for key in extras if wishes.allows("extras", key) and extra_suits(key, subject=subject, time=time)]


def _choice(wishes: Wishes, part: str, options: Sequence[str], lot: float) -> str:
    allowed = [key for key in options if wishes.allows(part, key)] or options
    return allowed[int(lot * len(allowed))]
