"""Owns the words of training: captions drawn anew each time, and the texts the tokenizer learns from."""

from collections.abc import Iterator, Mapping

import numpy as np

from starter.painter.captions import caption
from starter.painter.scene import Scene, sample_scene
from starter.painter.terms import Term
from starter.painter.vocabulary import COLOURS, EXTRAS, MOODS, STYLES, SUBJECTS, TIMES

CAPTIONS_FOR_TOKENIZER = 40_000
ASPECTS: Mapping[str, Mapping[str, Term]] = {
    "subject": SUBJECTS,
    "style": STYLES,
    "time": TIMES,
    "colour": COLOURS,
    "mood": MOODS,
}
"""What a scene has exactly one of, and the words for it."""

_NAMED_AS = {
    "subject": ("{}", "a {}", "a picture of {}", "a painting of {}"),
    "style": ("{}", "{} style", "in {} style"),
    "time": ("{}", "at {}", "{} light"),
    "colour": ("{}", "in {}", "mostly {}", "{} colours"),
    "mood": ("{}", "{} mood", "{} atmosphere"),
}


def full_caption(scene: Scene, rng: np.random.Generator) -> str:
    """A caption that is never empty."""
    text = ""
    while not text:
        text = caption(scene, rng)
    return text


def names(aspect: str, rng: np.random.Generator) -> list[str]:
    """One way to name each value of an aspect, in the order of its keys."""
    form = str(rng.choice(_NAMED_AS[aspect]))
    return [form.format(rng.choice(entry.english)) for entry in ASPECTS[aspect].values()]


def plain_names(aspect: str) -> list[str]:
    """The plainest name of each value of an aspect."""
    return [entry.english[0] for entry in ASPECTS[aspect].values()]


def value_index(aspect: str, scene: Scene) -> int:
    """Which value of an aspect a scene has, as a number."""
    return list(ASPECTS[aspect]).index(getattr(scene, aspect))


def tokenizer_texts() -> Iterator[str]:
    """Captions of many scenes, and every word the painter listens to."""
    rng = np.random.default_rng(7)
    for _ in range(CAPTIONS_FOR_TOKENIZER):
        yield caption(sample_scene(rng), rng)
    for table in (*ASPECTS.values(), EXTRAS):
        for entry in table.values():
            yield from (*entry.english, *entry.heard) * 8
