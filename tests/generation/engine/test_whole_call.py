"""Pipelines of other families: the same contract through one call per picture."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from generation.engine.contract import EngineError, ModelSource, Painted, PaintingCancelledError, Stage, Stepped
from generation.engine.engine import Engine
from generation.engine.manifest import WHOLE_CALL, manifest_read
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, order, outcome_of

pytestmark = REAL


def test_is_the_family_of_every_unknown_pipeline(whole_call_model: Path) -> None:
    manifest = manifest_read(whole_call_model)

    assert (manifest.family, manifest.sampler) == (WHOLE_CALL, "Default")


def test_paints_each_picture_in_a_call_of_its_own(
    make_engine: Callable[..., Engine], whole_call_model: Path, model_calls: CallCounter
) -> None:
    outcome = outcome_of(make_engine(whole_call_model).submit(order((0, 1), sampler="Default")))

    assert model_calls.count == 2 * 4
    assert outcome.total == 8
    assert sorted(set(outcome.steps)) == list(range(1, 9))
    assert outcome.stages == [Stage.LOAD, *[Stage.STEP, Stage.DECODE] * 2]


def test_paints_the_same_picture_alone_and_in_an_order(
    make_engine: Callable[..., Engine], whole_call_model: Path
) -> None:
    engine = make_engine(whole_call_model)

    together = outcome_of(engine.submit(order((0, 1), sampler="Default"))).pixels[1]
    alone = outcome_of(engine.submit(order((0,), seed=8, sampler="Default"))).pixels[0]

    assert together.tobytes() == alone.tobytes()


@pytest.mark.parametrize(
    ("wish", "code"), [({"sampler": "Euler"}, "unknown_sampler"), ({"sampler": "Default", "guide": 0.5}, "unsupported")]
)
def test_refuses_what_a_whole_call_cannot_do(
    make_engine: Callable[..., Engine], whole_call_model: Path, wish: dict[str, Any], code: str
) -> None:
    with pytest.raises(EngineError) as caught:
        outcome_of(make_engine(whole_call_model).submit(order(**wish)))

    assert caught.value.code == code


def test_paints_with_a_transformer_that_matches_flows_what_its_own_call_paints(
    make_engine: Callable[..., Engine], flow_model: Path
) -> None:
    asked = order((0, 1), steps=5, sampler="Default", guidance_scale=4.0, negative_prompt="fog")
    pipeline: Any = import_module("diffusers").StableDiffusion3Pipeline.from_pretrained(
        flow_model, text_encoder_3=None, tokenizer_3=None
    )
    torch.set_num_threads(1)
    picture = pipeline(
        asked.recipe.resolved_prompt,
        negative_prompt="fog",
        width=asked.recipe.width,
        height=asked.recipe.height,
        num_inference_steps=5,
        guidance_scale=4.0,
        generator=torch.Generator("cpu").manual_seed(asked.recipe.seed + 1),
        output_type="np",
    ).images[0]

    outcome = outcome_of(make_engine(flow_model, dtype="float32").submit(asked))

    assert (outcome.pixels[1] == (picture * 255).round().astype(np.uint8)).all()
    assert sorted(set(outcome.steps)) == list(range(1, 11))


def test_stops_a_transformer_within_a_step(make_engine: Callable[..., Engine], flow_model: Path) -> None:
    engine = make_engine(flow_model)
    ticket = engine.submit(order(steps=1000, sampler="Default"))

    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket, on_event=lambda event: ticket.cancel() if isinstance(event, Stepped) else None)

    assert 0 in outcome_of(engine.submit(order(steps=2, sampler="Default"))).pixels


def test_an_order_of_another_model_gets_the_device_between_two_pictures(
    make_engine: Callable[..., Engine], flow_model: Path, tiny_model: Path
) -> None:
    folders = {"flow": flow_model, "starter": tiny_model}
    engine = make_engine(
        flow_model,
        models=lambda name: ModelSource(name=name, folder=folders[name], revision="1", batches=name != "flow"),
    )
    long = engine.submit(order(tuple(range(6)), model="flow", steps=3, sampler="Default"))
    events = long.events()
    next(event for event in events if isinstance(event, Stepped))

    newcomer = engine.submit(order(job_id="newcomer"))
    outcome_of(newcomer)

    assert long.stage is not Stage.DECODE or long.progress < 100
    assert sum(isinstance(event, Painted) for event in events) == 6
    assert engine.free_slots(order(model="flow").recipe) == 1
