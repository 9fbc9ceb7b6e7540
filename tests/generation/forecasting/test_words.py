"""Times as people say them: never more exact than anybody could know."""

import pytest

from generation.forecasting.ranges import Promise
from generation.forecasting.words import about_words, left_words, place_words, waiting_words


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (1, "next in line"),
        (2, "2nd in line"),
        (3, "3rd in line"),
        (4, "4th in line"),
        (11, "11th in line"),
        (13, "13th in line"),
        (21, "21st in line"),
        (112, "112th in line"),
        (10_000, "10,000th in line"),
    ],
)
def test_a_place_is_a_number_with_its_ending(place: int, words: str) -> None:
    assert place_words(place) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "about 1 s left"),
        (7.6, "about 8 s left"),
        (12.4, "about 10 s left"),
        (43.0, "about 45 s left"),
        (60.0, "about 1 min left"),
        (88.0, "about 1 min left"),
        (127.3, "about 2 min left"),
        (1_000.0, "about 15 min left"),
        (3_600.0, "about 1 h left"),
        (7_000.0, "about 2 h left"),
        (9_500.0, "about 2.5 h left"),
        (400_000.0, "about 111 h left"),
    ],
)
def test_times_are_rounded_the_coarser_the_longer_they_are(seconds: float, words: str) -> None:
    assert left_words(seconds) == words


@pytest.mark.parametrize(
    ("low", "likely", "high", "words"),
    [
        (70, 127.3, 175, "about 2 min (1 to 3 min)"),
        (42, 70, 130, "about 1 min (40 s to 3 min)"),
        (4.2, 5.4, 7.9, "about 5 s (4 to 8 s)"),
        (3_000, 4_000, 9_000, "about 65 min (50 min to 2.5 h)"),
        (5.0, 5.0, 5.0, "about 5 s"),
        (0.2, 0.4, 0.9, "about 1 s"),
    ],
)
def test_a_range_is_rounded_outwards_and_holds_what_is_likely(
    low: float, likely: float, high: float, words: str
) -> None:
    assert about_words(Promise(seconds=likely, low=low, high=high)) == words


def test_what_is_not_known_is_said_to_be_not_known() -> None:
    promise = Promise(seconds=20, low=15, high=30)

    assert waiting_words(3, None) == "3rd in line, time not known yet"
    assert waiting_words(3, promise) == "3rd in line, about 20 s (15 to 30 s)"
    assert waiting_words(None, promise) == "waiting, about 20 s (15 to 30 s)"
