"""Repainting what a mask shows: everything else keeps its bytes, whatever the sampler."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from generation.engine.engine import Engine
from generation.engine.kept import Kept
from generation.engine.samplers import SAMPLER_NAMES
from tests.generation.engine.chosen_pictures import OUTSIDE, REPAINT, SOURCE, STORED, stored_picture
from tests.generation.engine.paintings import REAL, order, outcome_of

pytestmark = REAL

SAMPLERS = (*SAMPLER_NAMES, "Default")


@pytest.fixture(params=["tiny_model", "starter_like_model"])
def folder(request: pytest.FixtureRequest) -> Path:
    """Each kind of model: plain, and trained to pure noise with v-prediction."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def engine(make_engine: Callable[..., Engine], folder: Path) -> Engine:
    return make_engine(folder, pictures=stored_picture)


@pytest.mark.parametrize("strength", [0.3, 1.0])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_outside_the_mask_every_byte_stays_and_inside_the_picture_changes(
    engine: Engine, sampler: str, strength: float
) -> None:
    wish = REPAINT | {"strength": strength}

    painted = outcome_of(engine.submit(order((0, 1), **wish, steps=5, sampler=sampler))).pixels

    for picture in painted.values():
        assert np.array_equal(picture[OUTSIDE], STORED[SOURCE][OUTSIDE])
        assert (picture[~OUTSIDE] != STORED[SOURCE][~OUTSIDE]).mean() > 0.5
    assert not np.array_equal(painted[0][~OUTSIDE], painted[1][~OUTSIDE])


def test_what_is_repainted_knows_what_is_around_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the source's latents between the steps, the same mask would be filled with something else."""
    blended = outcome_of(engine.submit(order(**REPAINT, steps=6))).pixels[0]
    monkeypatch.setattr(Kept, "restored", lambda _self, latents, *_: latents)

    unaware = outcome_of(engine.submit(order(**REPAINT, steps=6))).pixels[0]

    assert np.array_equal(unaware[OUTSIDE], blended[OUTSIDE])
    assert not np.array_equal(unaware[~OUTSIDE], blended[~OUTSIDE])


def kept(mask: np.ndarray[Any, np.dtype[np.bool_]], picture: Any) -> Kept:
    height, width = mask.shape
    latents = torch.zeros(1, 4, height // 8, width // 8)
    return Kept.of(picture, mask, latents=latents, noise=torch.zeros_like(latents))


def test_a_latent_is_repainted_when_one_pixel_above_it_is() -> None:
    mask = np.zeros((64, 64), np.bool_)
    mask[7, 16] = True

    repainted = kept(mask, np.zeros((64, 64, 3), np.uint8)).repainted[0, 0]

    assert repainted.nonzero().tolist() == [[0, 2]]


def test_the_new_fades_in_inside_the_mask_and_not_at_the_edge_of_the_picture() -> None:
    mask = np.zeros((256, 256), np.bool_)
    mask[:, :128] = True

    row = kept(mask, np.zeros((256, 256, 3), np.uint8)).opacity[100]

    assert row[:125].tolist() == [1.0] * 125
    assert row[124:130].tolist() == [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]


def test_the_mean_of_old_and_new_is_rounded_and_never_runs_over() -> None:
    mask = np.ones((64, 64), np.bool_)
    old = np.full((64, 64, 3), 255, np.uint8)

    pasted = kept(mask, old).pasted(np.zeros((64, 64, 3), np.uint8))

    assert (str(pasted.dtype), int(pasted.max())) == ("uint8", 0)


@pytest.mark.parametrize("sampler", ["Euler a", "Heun"])
def test_a_stable_diffusion_xl_keeps_what_is_outside_the_mask_too(
    make_engine: Callable[..., Engine], tiny_xl_model: Path, sampler: str
) -> None:
    engine = make_engine(tiny_xl_model, pictures=stored_picture)

    painted = outcome_of(engine.submit(order(**REPAINT, sampler=sampler))).pixels[0]

    assert np.array_equal(painted[OUTSIDE], STORED[SOURCE][OUTSIDE])
    assert (painted[~OUTSIDE] != STORED[SOURCE][~OUTSIDE]).mean() > 0.5
