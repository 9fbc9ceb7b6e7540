"""Captions name what is in the picture, in many ways, and leave things out as often as planned."""

from itertools import pairwise

import numpy as np

from starter.painter.captions import caption
from starter.painter.lexicon import meaning, tokens
from starter.painter.scene import Scene
from starter.painter.terms import Term
from starter.painter.vocabulary import COLOURS, STYLES, SUBJECTS, TIMES

MANY = 4000
SCENE = Scene("lighthouse", "oil", "night", "bold", "red", "white", ("stars",))


def captions(scene: Scene = SCENE) -> list[str]:
    rng = np.random.default_rng(0)
    return [caption(scene, rng) for _ in range(MANY)]


def share_naming(entry: Term, texts: list[str]) -> float:
    return sum(any(name in text for name in entry.english) for text in texts) / len(texts)


def test_the_same_lots_give_the_same_caption() -> None:
    first = caption(SCENE, np.random.default_rng(5))

    assert first == caption(SCENE, np.random.default_rng(5))


def test_a_tenth_of_the_captions_is_empty() -> None:
    share = captions().count("") / MANY

    assert 0.08 < share < 0.12


def test_the_subject_is_nearly_always_named_and_other_parts_three_times_in_four() -> None:
    texts = [text for text in captions() if text]

    assert 0.9 < share_naming(SUBJECTS["lighthouse"], texts) < 0.94
    for entry in (COLOURS["red"], STYLES["oil"], TIMES["night"]):
        assert 0.7 < share_naming(entry, texts) < 0.8


def test_nearly_every_caption_is_different() -> None:
    assert len(set(captions())) > 0.8 * MANY


def test_a_fifth_of_the_captions_holds_unrelated_words() -> None:
    def has_stranger(text: str) -> bool:
        allowed = {
            "a",
            "an",
            "and",
            "as",
            "in",
            "of",
            "with",
            "light",
            "mood",
            "style",
            "details",
            "accents",
            "colours",
        }
        words = [token.text for token in tokens(text) if not token.is_break and not token.is_empty]
        named = {word for word in words if meaning((word,))}
        return bool(set(words) & {"bicycle", "umbrella", "invoice", "violin", "potato"} - named - allowed)

    assert 0.01 < sum(map(has_stranger, captions())) / MANY < 0.06


def test_articles_and_prepositions_are_never_doubled() -> None:
    for text in captions(Scene("mountains", "pointillism", "day", "bold", "orange", None, ("clouds", "mist"))):
        words = text.split()
        assert ("with", "with") not in pairwise(words)
        assert ("a", "orange") not in pairwise(words)
        assert ("a", "a") not in pairwise(words)
