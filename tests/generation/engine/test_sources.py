"""Painting over a chosen picture: how much of it stays, and that it is the same in any company and after a break."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from generation.engine.checkpoint_files import checkpoint_path
from generation.engine.contract import EngineError, PaintingCancelledError, Pixels
from generation.engine.engine import Engine
from generation.engine.samplers import SAMPLER_NAMES
from tests.generation.engine.chosen_pictures import OTHER, OVER, REPAINT, SOURCE, STORED, stored_picture
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, largest_difference, order, outcome_of

pytestmark = REAL

either_wish = pytest.mark.parametrize("wish", [pytest.param(OVER, id="all"), pytest.param(REPAINT, id="masked")])


@pytest.fixture(params=["tiny_model", "starter_like_model"])
def folder(request: pytest.FixtureRequest) -> Path:
    """Each kind of model: plain, and trained to pure noise with v-prediction."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def engine(make_engine: Callable[..., Engine], folder: Path) -> Engine:
    return make_engine(folder, dtype="float32", pictures=stored_picture)


def latents_of(folder: Path, picture: Pixels) -> torch.Tensor:
    """A picture as the model's autoencoder has it."""
    vae: Any = import_module("diffusers").StableDiffusionPipeline.from_pretrained(folder).vae
    with torch.inference_mode():
        encoded = vae.encode(torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1)
    latents = encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.mode()
    scaled: torch.Tensor = latents * vae.config.scaling_factor
    return scaled


def painted_latents(engine: Engine, folder: Path, **wish: Any) -> torch.Tensor:
    """What a painting was before it was decoded: the last checkpoint keeps it."""
    outcome_of(engine.submit(order(checkpoint_dir=folder, **wish)))
    return load_file(checkpoint_path(folder, (0,)))["latents"]


@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_almost_no_strength_gives_almost_the_source(engine: Engine, folder: Path, tmp_path: Path, sampler: str) -> None:
    source = latents_of(folder, STORED[SOURCE])

    painted = painted_latents(engine, tmp_path, source=SOURCE, strength=0.001, sampler=sampler)

    assert (painted - source).abs().mean() < 0.05


@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_full_strength_forgets_the_source(engine: Engine, sampler: str) -> None:
    free = outcome_of(engine.submit(order(sampler=sampler))).pixels[0]

    covered = outcome_of(engine.submit(order(source=SOURCE, strength=1.0, sampler=sampler))).pixels[0]

    assert covered.tobytes() == free.tobytes()


def test_more_strength_leads_further_away_from_the_source(engine: Engine, folder: Path, tmp_path: Path) -> None:
    source = latents_of(folder, STORED[SOURCE])

    def distance(strength: float) -> float:
        painted = painted_latents(engine, tmp_path, source=SOURCE, strength=strength, steps=6)
        return float((painted - source).abs().mean())

    distances = [distance(strength) for strength in (0.02, 0.3, 0.6, 0.9)]
    assert distances == sorted(distances)


@pytest.mark.parametrize(("sampler", "calls"), [("Euler", 6), ("Heun", 11), ("DPM++ 2M Karras", 6)])
def test_all_steps_are_spent_on_what_is_repainted(
    engine: Engine, model_calls: CallCounter, sampler: str, calls: int
) -> None:
    outcome = outcome_of(engine.submit(order(**OVER, steps=6, sampler=sampler)))

    assert (outcome.total, model_calls.count) == (6, calls)


@either_wish
@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_the_picture_is_the_same_alone_and_in_an_order_of_several(
    engine: Engine, sampler: str, wish: dict[str, Any]
) -> None:
    together = outcome_of(engine.submit(order((0, 1, 2), **wish, sampler=sampler))).pixels

    alone = outcome_of(engine.submit(order((2,), **wish, sampler=sampler))).pixels[2]

    assert largest_difference(together[2], alone) <= 1
    assert together[0].tobytes() != together[1].tobytes()


def test_another_source_gives_another_picture(engine: Engine) -> None:
    one, other = (outcome_of(engine.submit(order(source=sha, strength=0.5))).pixels[0] for sha in (SOURCE, OTHER))

    assert one.tobytes() != other.tobytes()


def test_a_source_of_another_size_is_fitted_to_the_recipe(engine: Engine) -> None:
    outcome = outcome_of(engine.submit(order(**OVER, width=48, height=24)))

    assert outcome.pixels[0].shape == (24, 48, 3)


@either_wish
@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_a_withdrawn_painting_goes_on_to_the_same_bytes(
    make_engine: Callable[..., Engine],
    folder: Path,
    model_calls: CallCounter,
    tmp_path: Path,
    sampler: str,
    wish: dict[str, Any],
) -> None:
    wanted = order((0, 1), **wish, steps=6, sampler=sampler, checkpoint_dir=tmp_path)
    expected = outcome_of(make_engine(folder, pictures=stored_picture).submit(replace(wanted, checkpoint_dir=None)))
    ticket = make_engine(folder, pictures=stored_picture, checkpoint_every_s=1000.0).submit(wanted)
    model_calls.count = 0
    model_calls.on_call = lambda count: ticket.cancel() if count == 3 else None
    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)
    model_calls.on_call = lambda _: None

    resumed = outcome_of(make_engine(folder, pictures=stored_picture).submit(wanted))

    assert resumed.steps[0] > 1
    assert [resumed.pixels[i].tobytes() for i in (0, 1)] == [expected.pixels[i].tobytes() for i in (0, 1)]


def test_a_picture_that_is_gone_fails_the_job_and_not_the_next_one(engine: Engine) -> None:
    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order(source="e" * 64, strength=0.5)))

    assert caught.value.code == "source_missing"
    assert set(outcome_of(engine.submit(order())).pixels) == {0}


def test_a_whole_call_paints_over_no_picture(make_engine: Callable[..., Engine], whole_call_model: Path) -> None:
    engine = make_engine(whole_call_model, pictures=stored_picture)

    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order(**OVER, sampler="Default")))

    assert caught.value.code == "unsupported"
