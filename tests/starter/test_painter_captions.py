"""Captions name what is in the picture, in many ways, and leave things out as often as planned."""

from itertools import pairwise

import numpy as np

from starter.painter.captions import caption
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


def test_unrelated_words_turn_up_now_and_then() -> None:
    strangers = {"bicycle", "umbrella", "invoice", "violin", "potato"}

    share = sum(bool(strangers & set(text.replace(",", "").split())) for text in captions()) / MANY

    assert 0.01 < share < 0.04


def test_articles_and_prepositions_are_never_doubled() -> None:
    for text in captions(Scene("mountains", "pointillism", "day", "bold", "orange", None, ("clouds", "mist"))):
        words = text.split()
        assert ("with", "with") not in pairwise(words)
        assert ("a", "orange") not in pairwise(words)
        assert ("a", "a") not in pairwise(words)
