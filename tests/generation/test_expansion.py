"""From one batch to its children: which they are, in which order, and what is refused."""

from collections.abc import Callable
from itertools import count, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aria_site.kernel.problems import InvalidInputError
from generation.axes import LABELS, prompt_with
from generation.batch_specs import AxisAsk, BatchSpec
from generation.expansion import Expansion, batch_expand
from generation.specs import JobSpec

BASE = JobSpec(prompt="a cat at dusk", seed=7)


def seeds() -> Callable[[], int]:
    """Seeds that nobody chose: 1000, 1001, ..."""
    numbers = count(1000)
    return lambda: next(numbers)


def expand(**asked: Any) -> Expansion:
    return batch_expand(BatchSpec(**asked), fresh_seed=seeds())


def grid(x: AxisAsk, y: AxisAsk | None = None, recipe: JobSpec = BASE) -> Expansion:
    return expand(kind="grid", recipe=recipe, x=x, y=y)


def axis(field: str, *values: Any) -> AxisAsk:
    return AxisAsk(field=field, values=values)


def refusal(**asked: Any) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as refused:
        expand(**asked)
    assert all(sentence.endswith(".") for sentence in refused.value.errors.values())
    return refused.value.errors


def test_a_list_stays_as_it_stands() -> None:
    recipes = (JobSpec(prompt="b", seed=None), JobSpec(prompt="a", seed=-1), JobSpec(prompt="b", seed=None))

    expansion = expand(kind="list", recipes=recipes)

    assert [child.spec for child in expansion.children] == list(recipes)
    assert expansion.axes() == {}


def test_a_grid_stands_row_by_row_and_names_its_axes() -> None:
    expansion = grid(axis("steps", 4, 8, 12), axis("guidance", 2.5, 5))

    told = [(child.spec.guidance, child.spec.steps) for child in expansion.children]
    assert told == [(2.5, 4), (2.5, 8), (2.5, 12), (5.0, 4), (5.0, 8), (5.0, 12)]
    assert expansion.axes() == {
        "x": {"field": "steps", "label": "Steps", "values": ["4", "8", "12"]},
        "y": {"field": "guidance", "label": "Guidance", "values": ["2.5", "5"]},
    }


def test_a_grid_of_one_axis_is_a_row() -> None:
    expansion = grid(axis("sampler", "Euler", "Heun"))

    assert [child.spec.sampler for child in expansion.children] == ["Euler", "Heun"]
    assert list(expansion.axes()) == ["x"]


def test_a_size_decides_both_sides() -> None:
    (child, _) = grid(axis("size", "512x768", " 256x256 ")).children

    assert (child.spec.width, child.spec.height) == (512, 768)
    assert (child.place_of("height"), child.place_of("steps")) == ("x.values[0]", "recipe.steps")


def test_the_first_value_over_the_prompt_is_what_the_others_replace() -> None:
    expansion = grid(axis("prompt", "cat", "dog", "fox"), axis("prompt", "dusk", "dawn"))

    assert [child.spec.prompt for child in expansion.children] == [
        "a cat at dusk",
        "a dog at dusk",
        "a fox at dusk",
        "a cat at dawn",
        "a dog at dawn",
        "a fox at dawn",
    ]


def test_what_was_put_in_is_not_replaced_again() -> None:
    expansion = grid(axis("prompt", "cat", "dusk"), axis("prompt", "dusk", "cat"))

    assert [child.spec.prompt for child in expansion.children] == [
        "a cat at dusk",
        "a dusk at dusk",
        "a cat at cat",
        "a dusk at cat",
    ]


@given(st.text(alphabet="ab.*", max_size=8), st.text(alphabet="ab.*", min_size=1, max_size=3), st.text(max_size=4))
def test_a_single_swap_is_what_text_calls_replacing(prompt: str, search: str, put: str) -> None:
    swapped, missed = prompt_with(prompt, {search: put})

    assert swapped == prompt.replace(search, put)
    assert missed == ("" if search in prompt else search)


@pytest.mark.parametrize("seed", [None, -1])
def test_cells_that_are_compared_share_a_seed_that_nobody_chose(seed: int | None) -> None:
    open_seed = JobSpec(prompt="a cat | fog", seed=seed)
    expansions = [grid(axis("steps", 4, 8), recipe=open_seed), expand(kind="matrix", recipe=open_seed)]

    assert [[child.spec.seed for child in one.children] for one in expansions] == [[1000, 1000], [1000, 1000]]


def test_fresh_seeds_of_an_axis_are_drawn_once_and_named() -> None:
    expansion = grid(axis("seed", 5, -1, -1), axis("steps", 4, 8))

    columns = [child.spec.seed for child in expansion.children]
    assert columns[:3] == columns[3:] == [5, 1000, 1001]
    assert expansion.axes()["x"]["values"] == ["5", "1000", "1001"]


def test_a_matrix_has_every_combination_with_the_first_parts_across() -> None:
    expansion = expand(kind="matrix", recipe=JobSpec(prompt="a cat | fog | night | ink", seed=1))

    assert [child.spec.prompt for child in expansion.children] == [
        "a cat",
        "a cat, fog",
        "a cat, night",
        "a cat, fog, night",
        "a cat, ink",
        "a cat, fog, ink",
        "a cat, night, ink",
        "a cat, fog, night, ink",
    ]
    assert expansion.axes() == {
        "x": {"field": "prompt", "label": "Prompt", "values": ["none", "fog", "night", "fog, night"]},
        "y": {"field": "prompt", "label": "Prompt", "values": ["none", "ink"]},
    }


@given(st.integers(1, 8), st.integers(1, 8))
def test_every_cell_stands_where_its_row_and_column_say(columns: int, rows: int) -> None:
    steps, guidances = list(range(1, columns + 1)), [number / 2 for number in range(rows)]

    expansion = grid(axis("steps", *steps), axis("guidance", *guidances))

    told = [(child.spec.guidance, child.spec.steps) for child in expansion.children]
    assert told == list(product(guidances, steps))
    assert {child.spec.seed for child in expansion.children} == {7}


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=3), min_size=1, max_size=6, unique=True))
def test_a_matrix_holds_each_set_of_parts_once(optional: list[str]) -> None:
    expansion = expand(kind="matrix", recipe=JobSpec(prompt=" | ".join(["x", *optional])))

    told = [tuple(child.spec.prompt.split(", ")[1:]) for child in expansion.children]
    assert len(told) == len(set(told)) == 2 ** len(optional)
    assert told[-1] == tuple(optional)
    x, y = expansion.axes()["x"]["values"], expansion.axes().get("y", {"values": ["none"]})["values"]
    assert len(x) * len(y) == len(told)


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no list": ({"kind": "list"}, ["recipes"]),
    "65 recipes": ({"kind": "list", "recipes": (BASE,) * 65}, ["recipes"]),
    "a list with an axis": ({"kind": "list", "recipes": (BASE,), "x": axis("steps", 1)}, ["x"]),
    "a grid without axis or recipe": ({"kind": "grid"}, ["recipe", "x"]),
    "a grid of a list": ({"kind": "grid", "recipe": BASE, "x": axis("steps", 1), "recipes": (BASE,)}, ["recipes"]),
    "a matrix with an axis": ({"kind": "matrix", "recipe": BASE, "y": axis("steps", 1)}, ["y"]),
    "a matrix without a bar": ({"kind": "matrix", "recipe": BASE}, ["recipe.prompt"]),
    "a matrix with an empty part": ({"kind": "matrix", "recipe": JobSpec(prompt="a | | b")}, ["recipe.prompt"]),
    "a matrix of 128": ({"kind": "matrix", "recipe": JobSpec(prompt="a|b|c|d|e|f|g|h")}, ["recipe.prompt"]),
}
WRONG_AXES: dict[str, tuple[tuple[AxisAsk, ...], list[str]]] = {
    "65 cells": ((axis("seed", *range(13)), axis("steps", *range(1, 6))), ["x.values"]),
    "an unknown field": ((axis("aura", 1),), ["x.field"]),
    "one field twice": ((axis("steps", 1), axis("steps", 2)), ["y.field"]),
    "no values": ((axis("steps", 1), axis("seed")), ["y.values"]),
    "a value twice": ((axis("guidance", 5, 5.0),), ["x.values[1]"]),
    "half a step": ((axis("steps", 4, 4.5),), ["x.values[1]"]),
    "a truth for a number": ((AxisAsk(field="seed", values=(1, True)),), ["x.values[1]"]),
    "words for a number": ((axis("guidance", "much"), axis("steps", "few", 1)), ["x.values[0]", "y.values[0]"]),
    "a number without end": ((axis("guidance", 10**400),), ["x.values[0]"]),
    "steps without end": ((axis("steps", 10**400), axis("seed", -(10**400))), ["x.values[0]", "y.values[0]"]),
    "a number for a name": ((axis("model", 1),), ["x.values[0]"]),
    "a size of one side": ((axis("size", "512"),), ["x.values[0]"]),
    "a blank replacement": ((axis("prompt", "cat", " "),), ["x.values[1]"]),
    "a search that is no text": ((axis("prompt", 1, "dog"),), ["x.values[0]"]),
    "a search that is not in the prompt": ((axis("prompt", "whale", "dog"),), ["x.values[0]"]),
    "one search on both axes": ((axis("prompt", "cat", "dog"), axis("prompt", "cat", "fox")), ["y.values[0]"]),
    "a search inside the other": ((axis("prompt", "cat at", "dog"), axis("prompt", "cat", "fox")), ["y.values[0]"]),
}


@pytest.mark.parametrize(("asked", "places"), WRONG.values(), ids=WRONG.keys())
def test_a_batch_that_makes_no_sense_is_refused_where_it_does_not(asked: dict[str, Any], places: list[str]) -> None:
    assert list(refusal(**asked)) == places


@pytest.mark.parametrize(("axes", "places"), WRONG_AXES.values(), ids=WRONG_AXES.keys())
def test_an_axis_that_cannot_vary_is_refused_at_its_value(axes: tuple[AxisAsk, ...], places: list[str]) -> None:
    asked = dict(zip("xy", axes, strict=False))

    assert list(refusal(kind="grid", recipe=BASE, **asked)) == places


def test_a_refusal_of_a_job_is_told_in_the_places_of_the_request() -> None:
    listed = expand(kind="list", recipes=(BASE, BASE)).children[1]
    cell = grid(axis("steps", 4, 8), axis("size", "512x512")).children[1]

    assert listed.problems({"width": "`width` is odd."}) == {"recipes[1].width": "`recipes[1].width` is odd."}
    assert cell.problems({"steps": "`steps` is odd.", "height": "`height` is odd.", "seed": "`seed` is odd."}) == {
        "x.values[1]": "`x.values[1]` is odd.",
        "y.values[0]": "`y.values[0]` is odd.",
        "recipe.seed": "`recipe.seed` is odd.",
    }


def test_every_field_that_can_vary_is_one_of_a_job_or_its_size() -> None:
    assert set(LABELS) - {"size"} <= set(JobSpec.__dataclass_fields__)
