"""Misspelt words: the one that was meant is found, and other words are left alone."""

import pytest

from starter.painter.lexicon import Meaning, meaning, single_words
from starter.painter.misspelt import meant

LIGHTHOUSE = Meaning("subject", "lighthouse")


@pytest.mark.parametrize("slip", ["lighthose", "lightthouse", "ligthhouse", "lighthause"])
def test_one_letter_missing_too_many_swapped_or_wrong_is_understood(slip: str) -> None:
    assert meant(slip) == LIGHTHOUSE


@pytest.mark.parametrize("word", ["lighhtose", "lightnouses", "ighthouse", "mighthouse", "zorblax"])
def test_more_than_one_slip_or_another_first_letter_is_another_word(word: str) -> None:
    assert meant(word) is None


@pytest.mark.parametrize("word", ["horse", "train", "grass", "truck", "plane", "wine"])
def test_short_words_are_taken_as_they_are(word: str) -> None:
    assert meant(word) is None


def test_a_word_between_two_meanings_is_neither() -> None:
    summit, summer = meaning(("summit",)), meaning(("summer",))

    assert None not in {summit, summer}
    assert summit != summer
    assert meant("summet") is None


def test_nearly_every_word_survives_the_loss_of_a_letter_inside() -> None:
    long = [word for word in single_words() if len(word) > 7]
    lost = [(word, word[: len(word) // 2] + word[len(word) // 2 + 1 :]) for word in long]
    unknown = [(word, slip) for word, slip in lost if meaning((slip,)) is None]

    right = sum(meant(slip) == meaning((word,)) for word, slip in unknown)
    wrong = sum(meant(slip) not in {None, meaning((word,))} for word, slip in unknown)

    assert len(unknown) > 400
    assert right / len(unknown) > 0.97
    assert wrong == 0
