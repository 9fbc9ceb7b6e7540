"""Any text is read as a scene: known words steer, colours find their thing, unknown words are reported."""

import time
from collections.abc import Mapping

import pytest

from starter.painter.lexicon import single_words
from starter.painter.parse import parse
from starter.painter.scene import Scene
from starter.painter.terms import Term
from starter.painter.vocabulary import COLOURS, EXTRAS, MOODS, STYLES, SUBJECTS, TIMES

EVERYTHING: dict[str, Mapping[str, Term]] = {
    "subject": SUBJECTS,
    "style": STYLES,
    "time": TIMES,
    "mood": MOODS,
    "colour": COLOURS,
}
RED_LIGHTHOUSE = ("lighthouse", "watercolour", "night", "red")


def steered(scene: Scene) -> tuple[str, str, str, str]:
    return scene.subject, scene.style, scene.time, scene.colour


@pytest.mark.parametrize(
    "prompt",
    [
        "a red lighthouse at night, watercolour",
        "A RED LIGHTHOUSE AT NIGHT, WATERCOLOR",
        "watercolor painting, night, lighthouses, red",
        "(red:1.3) ((lighthouse)), [night:0.8], <lora:soft:0.7> watercolour",
        "ein roter Leuchtturm bei Nacht, Aquarell",
        "un phare rouge la nuit, aquarelle",
        "un faro rojo de noche, acuarela",
    ],
)
def test_reads_the_same_scene_from_many_wordings(prompt: str) -> None:
    parsed = parse(prompt, seed=1)

    assert steered(parsed.scene) == RED_LIGHTHOUSE
    assert parsed.unknown == ()


def test_names_the_word_that_decided_each_part() -> None:
    parsed = parse("Ein blauer Kater im Nebel, abends, fröhlich", seed=1)

    assert parsed.found == {
        "subject": "Kater",
        "colour": "blauer",
        "extras": "Nebel",
        "time": "abends",
        "mood": "fröhlich",
    }
    assert parsed.unknown == ()


@pytest.mark.parametrize(("part", "table"), EVERYTHING.items())
def test_every_name_of_every_entry_is_understood(part: str, table: Mapping[str, Term]) -> None:
    for key, entry in table.items():
        for name in (*entry.english, *entry.heard):
            if part != "colour":
                scene = parse(name, seed=0).scene
                assert getattr(scene, part) == key, name
            else:
                assert parse(f"{name} heart", seed=0).scene.colour == key, name


def test_every_extra_is_understood() -> None:
    for key in EXTRAS:
        for name in EXTRAS[key].english:
            assert key in parse(f"a castle, {name}", seed=0).scene.extras, name


@pytest.mark.parametrize(
    ("prompt", "colour", "accent"),
    [
        ("a red and white lighthouse", "red", "white"),
        ("white lighthouse with red stripes", "white", "red"),
        ("lighthouse in green", "green", None),
        ("lighthouse, green", "green", None),
        ("a yellow sun over a blue lighthouse", "blue", "yellow"),
        ("red wooden lighthouse", "red", None),
        ("phare bleu et blanc", "blue", "white"),
        ("a castle rose", None, None),
        ("un château rose", "pink", None),
        ("el gato amarillo duerme", "yellow", None),
    ],
)
def test_colours_go_to_what_they_stand_by(prompt: str, colour: str | None, accent: str | None) -> None:
    parsed = parse(prompt, seed=2)

    assert colour in {None, parsed.scene.colour}
    assert parsed.scene.accent == accent


def test_a_colour_of_something_else_does_not_paint_the_subject() -> None:
    parsed = parse("a cat with green eyes", seed=2)

    assert parsed.scene.accent == "green"
    assert "colour" not in parsed.found
    assert parsed.scene.colour != "green"


def test_unknown_content_words_are_reported_once_and_in_order() -> None:
    parsed = parse("the zorblax and a dragon near the Zorg, dragon, castle", seed=1)

    assert parsed.unknown == ("zorblax", "dragon", "Zorg")
    assert parsed.scene.subject == "castle"


def test_a_second_subject_steers_nothing_and_says_so() -> None:
    parsed = parse("a cat in front of a castle", seed=1)

    assert parsed.scene.subject == "cat"
    assert parsed.unknown == ("castle",)


def test_a_second_subject_that_can_be_an_extra_becomes_one() -> None:
    parsed = parse("a lake with a sailboat", seed=1)

    assert (parsed.scene.subject, parsed.scene.extras) == ("lake", ("boat",))


def test_a_moon_alone_becomes_the_subject() -> None:
    parsed = parse("full moon", seed=1)

    assert (parsed.scene.subject, parsed.scene.time) == ("crescent", "night")
    assert "moon" not in parsed.scene.extras
    assert parsed.found == {"subject": "full moon"}


@pytest.mark.parametrize(
    "prompt", ["castle at night without moon", "Burg bei Nacht ohne Mond", "château, nuit, sans lune"]
)
def test_what_is_ruled_out_is_never_filled_in(prompt: str) -> None:
    scenes = [parse(prompt, seed=seed).scene for seed in range(12)]

    assert all("moon" not in scene.extras for scene in scenes)
    assert any("stars" in scene.extras for scene in scenes)


def test_german_compounds_are_taken_apart() -> None:
    parsed = parse("ein Haus, Winternacht im Schneeregen", seed=1)

    assert (parsed.scene.time, parsed.scene.extras) == ("night", ("rain", "snow"))
    assert parsed.found == {"subject": "Haus", "time": "Winternacht", "extras": "Winternacht, Schneeregen"}


def test_words_of_two_languages_follow_the_language_around_them() -> None:
    german, english = parse("ein See", seed=1), parse("I want to see a castle", seed=1)

    assert german.scene.subject == "lake"
    assert english.scene.subject == "castle"
    assert english.unknown == ()


@pytest.mark.parametrize("prompt", ["", "   ", ",,,", "(((", "<lora:x:1>", "🙂🙂", "12 34"])
def test_a_prompt_without_words_leaves_all_to_the_seed(prompt: str) -> None:
    parsed = parse(prompt, seed=9)

    assert parsed.scene == parse("", seed=9).scene
    assert parsed.found == {}
    assert parsed.unknown == ()


def test_the_seed_fills_gaps_always_in_the_same_way() -> None:
    first = [parse("a castle", seed=seed).scene for seed in range(30)]

    assert first == [parse("a castle", seed=seed).scene for seed in range(30)]
    assert len(set(first)) > 10


def test_a_word_more_does_not_change_what_the_seed_filled_in() -> None:
    plain, coloured = parse("a castle at dusk", seed=4).scene, parse("a red castle at dusk", seed=4).scene

    assert coloured.colour == "red"
    assert (plain.style, plain.mood, plain.extras) == (coloured.style, coloured.mood, coloured.extras)


def test_five_hundred_words_are_read_in_no_time() -> None:
    prompt = " ".join((single_words() * 3)[:250] + ("flurb", "zib") * 125)
    parse("warm", seed=1)

    begun = time.perf_counter()
    parsed = parse(prompt, seed=1)

    assert time.perf_counter() - begun < 0.5
    assert {"flurb", "zib"} <= set(parsed.unknown)
    assert len(parsed.scene.extras) <= 3


def test_a_misspelt_word_decides_a_part_that_no_known_word_decides() -> None:
    parsed = parse("a ligthhouse in watercolor, crimsson, blorpish, at night", seed=1)

    assert (parsed.scene.subject, parsed.scene.colour, parsed.scene.time) == ("lighthouse", "red", "night")
    assert parsed.found["subject"] == "ligthhouse"
    assert parsed.found["colour"] == "crimsson"
    assert parsed.unknown == ("blorpish",)


def test_a_misspelt_word_never_overrules_a_known_one() -> None:
    parsed = parse("a castle and a ligthhouse", seed=1)

    assert parsed.scene.subject == "castle"
    assert parsed.unknown == ("ligthhouse",)


def test_misspelt_words_of_other_languages_are_understood() -> None:
    assert parse("ein Leuchturm am Abend", seed=1).scene.subject == "lighthouse"
