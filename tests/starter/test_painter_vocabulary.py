"""The vocabulary is closed, unambiguous, and large enough to learn from."""

from collections import defaultdict

import pytest

from starter.painter.colour import rgb
from starter.painter.lexicon import fold
from starter.painter.palette import MOOD_LOOKS, TIME_LOOKS
from starter.painter.terms import Term
from starter.painter.vocabulary import (
    COLOURS,
    EXTRAS,
    MOODS,
    MOTIF_KEYS,
    PLACE_KEYS,
    STYLES,
    SUBJECTS,
    THING_KEYS,
    TIMES,
)

TABLES = {"subject": SUBJECTS, "style": STYLES, "time": TIMES, "mood": MOODS, "colour": COLOURS, "extras": EXTRAS}
TERMS: list[Term] = [entry for table in TABLES.values() for entry in table.values()]


def test_counts_of_every_part() -> None:
    counts = {part: len(table) for part, table in TABLES.items()}

    assert counts == {"subject": 38, "style": 8, "time": 4, "mood": 10, "colour": 17, "extras": 11}


def test_subjects_are_sixteen_places_eight_motifs_and_fourteen_things() -> None:
    assert (len(PLACE_KEYS), len(MOTIF_KEYS), len(THING_KEYS)) == (16, 8, 14)
    assert set(SUBJECTS) == PLACE_KEYS | MOTIF_KEYS | THING_KEYS


def test_moods_are_aria_s_ten() -> None:
    assert set(MOODS) == {
        "contemplative",
        "chaotic",
        "melancholic",
        "energized",
        "rebellious",
        "serene",
        "restless",
        "playful",
        "introspective",
        "bold",
    }


def test_every_mood_and_time_has_a_look() -> None:
    assert set(MOOD_LOOKS) == set(MOODS)
    assert set(TIME_LOOKS) == set(TIMES)


@pytest.mark.parametrize("entry", TERMS, ids=lambda entry: entry.key)
def test_every_entry_has_six_to_ten_different_english_names(entry: Term) -> None:
    assert 6 <= len(set(entry.english)) == len(entry.english) <= 10


def test_no_word_stands_for_two_things() -> None:
    owners = defaultdict(set)

    for part, table in TABLES.items():
        for entry in table.values():
            for name in (entry.key, *entry.english, *entry.heard):
                owners[fold(name)].add((part, entry.key))

    assert {name: sorted(keys) for name, keys in owners.items() if len(keys) > 1} == {}


def test_every_two_colours_are_far_enough_apart_to_tell() -> None:
    seen = {entry.key: rgb(entry.lightness, entry.chroma, entry.hue) for entry in COLOURS.values()}

    nearest = min(
        sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
        for one in seen
        for other in seen
        if one != other
    )

    assert nearest > 40


def test_oklch_reaches_the_ends_of_the_screen() -> None:
    assert rgb(1, 0, 0) == (255, 255, 255)
    assert rgb(0, 0, 0) == (0, 0, 0)
    assert rgb(0.628, 0.2577, 29.23) == (255, 0, 0)


def test_a_colour_beyond_the_screen_keeps_its_hue() -> None:
    red, green, blue = rgb(0.7, 0.4, 145)

    assert green > red
    assert green > blue
    assert 0 in {red, blue} or min(red, blue) < 80
