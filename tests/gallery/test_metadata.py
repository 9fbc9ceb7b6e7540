"""The text that other tools read."""

import re

from gallery.metadata import parameters_text
from tests.support.recipes import make_recipe

A1111_PARAMETER = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
"""How A1111 and its many readers find parameters: at least three matches in the last line."""


def test_other_tools_find_the_parameters_in_the_last_line() -> None:
    last = parameters_text(make_recipe(guide=0.6)).splitlines()[-1]

    found = dict(A1111_PARAMETER.findall(last))
    assert {name: found[name] for name in ("Steps", "Sampler", "CFG scale", "Seed", "Size", "Denoising strength")} == {
        "Steps": "8",
        "Sampler": "DPM++ 2M",
        "CFG scale": "5",
        "Seed": "7",
        "Size": "256x192",
        "Denoising strength": "0.6",
    }


def test_a_picture_painted_from_noise_alone_has_no_denoising_strength() -> None:
    assert "Denoising" not in parameters_text(make_recipe(guide=1.0))
    assert "Denoising" not in parameters_text(make_recipe(guide=None))


def test_without_a_negative_prompt_there_is_no_such_line() -> None:
    assert len(parameters_text(make_recipe()).splitlines()) == 2
