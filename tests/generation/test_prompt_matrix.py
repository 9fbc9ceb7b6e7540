"""The syntax of a prompt matrix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.prompt_matrix import combination_name, matrix_parts, matrix_prompt

PARTS = st.lists(st.text(alphabet="ab |\\,", max_size=6).map(str.strip), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("a harbour", ["a harbour"]),
        ("a harbour | fog | night", ["a harbour", "fog", "night"]),
        ("a|b", ["a", "b"]),
        (r"a \| b | c", ["a | b", "c"]),
        (r"a \\| b", ["a \\", "b"]),
        (r"a \(x\) | b", [r"a \(x\)", "b"]),
        ("a |", ["a", ""]),
        ("", [""]),
        ("a\\", ["a\\"]),
    ],
)
def test_a_bar_parts_and_a_backslash_takes_that_from_it(prompt: str, parts: list[str]) -> None:
    assert matrix_parts(prompt) == parts


@given(PARTS)
def test_whatever_a_part_holds_can_be_written(parts: list[str]) -> None:
    written = " | ".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)

    assert matrix_parts(written) == parts


def test_combinations_count_like_a_binary_number() -> None:
    parts = ["a harbour", "fog", "night"]

    assert [matrix_prompt(parts, number) for number in range(4)] == [
        "a harbour",
        "a harbour, fog",
        "a harbour, night",
        "a harbour, fog, night",
    ]


def test_a_combination_is_called_by_its_optional_parts() -> None:
    assert [combination_name(["fog", "night"], number) for number in range(4)] == ["none", "fog", "night", "fog, night"]
