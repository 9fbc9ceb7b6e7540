"""Pipelines of other families: the same contract through one call per picture."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generation.engine.contract import EngineError, Stage
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
