"""Titles and alternative texts."""

import pytest

from gallery.titles import alt_from_prompt, title_from_prompt


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("a lighthouse at dusk, oil painting", "A lighthouse at dusk"),
        ("  spaces\n\nand   lines  ", "Spaces and lines"),
        (", comma first", ", comma first"),
        ("éclair", "Éclair"),
        ("x" * 100, "X" + "x" * 78 + "…"),
        ("word " * 30, "Word" + " word" * 14 + "…"),
    ],
)
def test_the_title_is_the_first_clause_in_whole_words(prompt: str, title: str) -> None:
    assert title_from_prompt(prompt) == title


def test_the_alternative_text_tells_the_whole_prompt_up_to_its_limit() -> None:
    assert alt_from_prompt("a cat\nasleep") == "AI-made picture of: a cat asleep"
    assert len(alt_from_prompt("x" * 4000)) == 500
