"""The same seed, the same picture: alone, in company, over a sketch, on a model of either kind."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from aria_site.kernel.recipe import Recipe
from generation.engine.contract import EngineError, Pixels
from generation.engine.engine import Engine
from generation.engine.samplers import SAMPLER_NAMES, scheduler_for
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, largest_difference, order, outcome_of
from tests.support.tiny_pipeline import SIZE

pytestmark = REAL


def sketch_of(recipe: Recipe) -> Pixels:
    """A grey picture that is lighter where the seed is higher."""
    return np.full((recipe.height, recipe.width, 3), 40 + 20 * (recipe.seed % 8), np.uint8)


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_paints_the_same_picture_alone_and_in_company(
    make_engine: Callable[..., Engine], starter_like_model: Path, dtype: str
) -> None:
    engine = make_engine(starter_like_model, dtype=dtype)
    alone = outcome_of(engine.submit(order((1,), sampler="Euler a"))).pixels[1]

    for count in (2, 3, 4):
        together = outcome_of(engine.submit(order(tuple(range(count)), sampler="Euler a"))).pixels
        assert largest_difference(together[1], alone) <= 1


@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_paints_the_same_picture_in_company_with_every_sampler(
    make_engine: Callable[..., Engine], tiny_model: Path, sampler: str
) -> None:
    engine = make_engine(tiny_model)

    together = outcome_of(engine.submit(order((0, 1, 2), sampler=sampler))).pixels
    alone = outcome_of(engine.submit(order((2,), sampler=sampler))).pixels

    assert largest_difference(together[2], alone[2]) <= 1


@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_paints_what_the_pipelines_own_call_paints(
    make_engine: Callable[..., Engine], starter_like_model: Path, sampler: str
) -> None:
    wanted = order(steps=6, sampler=sampler, negative_prompt="fog").recipe
    pipeline: Any = import_module("diffusers").StableDiffusionPipeline.from_pretrained(starter_like_model)
    pipeline.scheduler = scheduler_for(sampler, pipeline.scheduler)
    torch.set_num_threads(1)
    picture = pipeline(
        wanted.resolved_prompt,
        negative_prompt=wanted.negative_prompt,
        width=wanted.width,
        height=wanted.height,
        num_inference_steps=wanted.steps,
        guidance_scale=wanted.guidance_scale,
        generator=torch.Generator("cpu").manual_seed(wanted.seed),
        output_type="np",
    ).images[0]

    painted = outcome_of(
        make_engine(starter_like_model, dtype="float32").submit(order(steps=6, sampler=sampler, negative_prompt="fog"))
    ).pixels[0]

    assert largest_difference(painted, (picture * 255).round().astype(np.uint8)) <= 1


def test_shares_model_calls_between_the_pictures_of_an_order(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model, pictures_together=2)

    outcome = outcome_of(engine.submit(order((0, 1, 2, 3), steps=5)))

    assert model_calls.count == 2 * 5
    assert outcome.total == 10
    assert sorted(set(outcome.steps)) == list(range(1, 11))
    assert sorted(outcome.pixels) == [0, 1, 2, 3]


def test_calls_the_model_half_as_wide_without_guidance(make_engine: Callable[..., Engine], tiny_model: Path) -> None:
    engine = make_engine(tiny_model)

    unguided = outcome_of(engine.submit(order(guidance_scale=1.0, negative_prompt="fog"))).pixels[0]
    without_negative = outcome_of(engine.submit(order(guidance_scale=1.0))).pixels[0]

    assert unguided.tobytes() == without_negative.tobytes()


def test_leads_away_from_the_negative_prompt(make_engine: Callable[..., Engine], tiny_model: Path) -> None:
    engine = make_engine(tiny_model)

    plain = outcome_of(engine.submit(order())).pixels[0]
    led_away = outcome_of(engine.submit(order(negative_prompt="fog"))).pixels[0]

    assert plain.tobytes() != led_away.tobytes()


def test_paints_over_a_sketch_in_as_many_steps_as_asked_for(
    make_engine: Callable[..., Engine], starter_like_model: Path, model_calls: CallCounter
) -> None:
    engine = make_engine(starter_like_model, sketcher=sketch_of)

    outcome = outcome_of(engine.submit(order(guide=0.4, steps=6)))

    assert model_calls.count == 6
    assert outcome.total == 6


@pytest.mark.parametrize("model", ["tiny_model", "starter_like_model"])
def test_lets_the_sketch_count_only_below_full_noise(
    make_engine: Callable[..., Engine], request: pytest.FixtureRequest, model: str
) -> None:
    folder = request.getfixturevalue(model)
    dark, light = (
        make_engine(folder, sketcher=lambda _, level=level: np.full((SIZE, SIZE, 3), level, np.uint8))
        for level in (10, 240)
    )

    def same(guide: float | None) -> bool:
        pictures = [outcome_of(engine.submit(order(guide=guide))).pixels[0].tobytes() for engine in (dark, light)]
        return pictures[0] == pictures[1]

    assert (same(0.3), same(1.0), same(None)) == (False, True, True)


def test_keeps_to_the_sketch_where_the_guide_is_low(
    make_engine: Callable[..., Engine], starter_like_model: Path
) -> None:
    engine = make_engine(starter_like_model, sketcher=sketch_of)

    def difference_of_two_seeds(guide: float) -> float:
        one, other = (outcome_of(engine.submit(order(guide=guide, seed=seed))).pixels[0] for seed in (0, 8))
        return float(np.std(one.astype(float) - other))

    assert difference_of_two_seeds(0.002) < difference_of_two_seeds(1.0) / 2


def test_draws_the_sketch_of_each_picture_from_its_own_seed(
    make_engine: Callable[..., Engine], starter_like_model: Path
) -> None:
    seeds: list[int] = []

    def noting(recipe: Recipe) -> Pixels:
        seeds.append(recipe.seed)
        return sketch_of(recipe)

    outcome_of(make_engine(starter_like_model, sketcher=noting).submit(order((0, 3), guide=0.5, seed=7)))

    assert seeds == [7, 10]


def test_says_so_when_nobody_draws_sketches(make_engine: Callable[..., Engine], tiny_model: Path) -> None:
    with pytest.raises(EngineError) as caught:
        outcome_of(make_engine(tiny_model).submit(order(guide=0.5)))

    assert caught.value.code == "sketch_missing"


def test_paints_sides_that_are_multiples_of_the_autoencoders_factor(
    make_engine: Callable[..., Engine], tiny_model: Path
) -> None:
    engine = make_engine(tiny_model)

    assert outcome_of(engine.submit(order(width=34, height=46))).pixels[0].shape == (46, 34, 3)
    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order(width=33)))
    assert caught.value.code == "bad_size"


def test_writes_down_what_the_picture_depends_on(make_engine: Callable[..., Engine], tiny_model: Path) -> None:
    engine = make_engine(tiny_model, dtype="float32")

    first, second = (outcome_of(engine.submit(order())).facts for _ in range(2))

    assert first is not None
    assert second is not None
    assert (first.device, first.dtype) == ("cpu", "float32")
    assert first.instruction_set
    assert set(first.libraries) == {"torch", "diffusers", "transformers"}
    assert first.load_s > 0.0
    assert second.load_s == 0.0
    assert second.paint_s > 0.0


def test_catches_numbers_that_are_none(
    make_engine: Callable[..., Engine], tiny_model: Path, decode_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)

    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order(guidance_scale=1e38)))

    assert caught.value.code == "not_finite"
    assert decode_calls.count == 0
