"""Stable Diffusion XL, step by step: what its own pipeline paints, in company, and over a picture."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from generation.engine.contract import PaintingCancelledError
from generation.engine.engine import Engine
from generation.engine.samplers import SAMPLER_NAMES, scheduler_for
from tests.generation.engine.chosen_pictures import MASK, OUTSIDE, SOURCE, STORED, stored_picture
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, largest_difference, order, outcome_of

pytestmark = REAL


@pytest.mark.parametrize("negative", ["", "fog"])
@pytest.mark.parametrize("guidance", [1.0, 7.0])
@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_paints_what_the_pipelines_own_call_paints(
    make_engine: Callable[..., Engine], tiny_xl_model: Path, sampler: str, guidance: float, negative: str
) -> None:
    asked = order(steps=5, sampler=sampler, guidance_scale=guidance, negative_prompt=negative, width=48)
    pipeline: Any = import_module("diffusers").StableDiffusionXLPipeline.from_pretrained(tiny_xl_model)
    pipeline.scheduler = scheduler_for(sampler, pipeline.scheduler)
    torch.set_num_threads(1)
    picture = pipeline(
        asked.recipe.resolved_prompt,
        negative_prompt=negative or None,
        width=48,
        height=asked.recipe.height,
        num_inference_steps=5,
        guidance_scale=guidance,
        generator=torch.Generator("cpu").manual_seed(asked.recipe.seed),
        output_type="np",
    ).images[0]

    painted = outcome_of(make_engine(tiny_xl_model, dtype="float32").submit(asked)).pixels[0]

    assert largest_difference(painted, (picture * 255).round().astype(np.uint8)) <= 1


def test_orders_with_and_without_guidance_share_calls_and_keep_their_pictures(
    make_engine: Callable[..., Engine], tiny_xl_model: Path, model_calls: CallCounter
) -> None:
    engine = make_engine(tiny_xl_model)
    orders = [
        order(job_id="guided", steps=5, sampler="Euler a", seed=1),
        order(job_id="unguided", steps=5, guidance_scale=1.0, seed=2, resolved_prompt="an owl"),
        order((0, 1), job_id="two", steps=5, sampler="DPM++ 2M", seed=3, negative_prompt="fog"),
    ]

    tickets = [engine.submit(wanted) for wanted in orders]
    together = [outcome_of(ticket).pixels for ticket in tickets]
    calls = model_calls.count

    assert calls < 3 * 5
    for wanted, pixels in zip(orders, together, strict=True):
        alone = outcome_of(make_engine(tiny_xl_model).submit(wanted)).pixels
        assert all(largest_difference(pixels[index], alone[index]) <= 1 for index in wanted.indices)


def test_goes_on_to_the_same_picture_after_a_crash(
    make_engine: Callable[..., Engine], tiny_xl_model: Path, tmp_path: Path, model_calls: CallCounter
) -> None:
    asked = order(steps=6, sampler="DPM++ 2M SDE", checkpoint_dir=tmp_path)
    ticket = make_engine(tiny_xl_model).submit(asked)
    model_calls.on_call = lambda count: ticket.cancel() if count == 3 else None
    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)
    model_calls.on_call, model_calls.count = (lambda _: None), 0

    resumed = outcome_of(make_engine(tiny_xl_model).submit(asked)).pixels[0]

    assert model_calls.count == 3
    whole = outcome_of(make_engine(tiny_xl_model).submit(order(steps=6, sampler="DPM++ 2M SDE"))).pixels[0]
    assert resumed.tobytes() == whole.tobytes()


def test_repaints_what_a_mask_shows_and_nothing_else(make_engine: Callable[..., Engine], tiny_xl_model: Path) -> None:
    engine = make_engine(tiny_xl_model, pictures=stored_picture)

    painted = outcome_of(engine.submit(order(source=SOURCE, mask=MASK, strength=0.8, steps=4))).pixels[0]

    assert np.array_equal(painted[OUTSIDE], STORED[SOURCE][OUTSIDE])
    assert not np.array_equal(painted[~OUTSIDE], STORED[SOURCE][~OUTSIDE])
