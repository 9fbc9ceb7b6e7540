"""A preload runs everything that a painting runs, at every size that will be asked for."""

from collections.abc import Callable
from pathlib import Path

from generation.engine.engine import Engine
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, order, outcome_of

pytestmark = REAL


def test_warms_denoiser_and_autoencoder_once_at_its_own_size_and_at_each_further_one(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter, decode_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)

    engine.preload(("starter",), {"starter": ((32, 32), (48, 32))})
    outcome_of(engine.submit(order(steps=4)))

    assert (model_calls.count, decode_calls.count) == (2 + 4, 2 + 1)
    assert engine.status().loads == {"preload": 1}


def test_warms_a_model_of_any_other_kind_by_one_step_of_its_own(
    make_engine: Callable[..., Engine], whole_call_model: Path, model_calls: CallCounter, decode_calls: CallCounter
) -> None:
    engine = make_engine(whole_call_model)

    engine.preload(("other",))
    outcome_of(engine.submit(order(model="other", steps=4, sampler="Default")))

    assert (model_calls.count, decode_calls.count) == (1 + 4, 1 + 1)
