"""What every engine keeps to, the fake one and the real one alike."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generation.engine.contract import EngineError, PaintingCancelledError, PaintingEngine, Stage
from generation.engine.engine import Engine
from generation.engine.fake import FakeEngine
from tests.generation.engine.paintings import REAL, largest_difference, order, outcome_of

pytestmark = REAL


@pytest.fixture(params=["fake", "real"])
def engine(
    request: pytest.FixtureRequest, make_engine: Callable[..., Engine], tiny_model: Path
) -> Iterator[PaintingEngine]:
    made: PaintingEngine = FakeEngine() if request.param == "fake" else make_engine(tiny_model)
    yield made
    made.close()


def test_passes_through_every_stage_and_ends_with_facts(engine: PaintingEngine) -> None:
    outcome = outcome_of(engine.submit(order((0, 1))))

    assert outcome.stages == [Stage.LOAD, Stage.ENCODE, Stage.STEP, Stage.DECODE]
    assert outcome.facts is not None
    assert outcome.facts.device
    assert outcome.facts.libraries


def test_reports_every_step_once_or_again_with_its_frame(engine: PaintingEngine) -> None:
    outcome = outcome_of(engine.submit(order(steps=6)))

    assert outcome.steps == sorted(outcome.steps)
    assert sorted(set(outcome.steps)) == [1, 2, 3, 4, 5, 6]
    assert outcome.total == 6


def test_paints_each_index_once_at_the_size_of_the_recipe(engine: PaintingEngine) -> None:
    outcome = outcome_of(engine.submit(order((0, 1, 2), width=48, height=32)))

    assert sorted(outcome.pixels) == [0, 1, 2]
    assert {picture.shape for picture in outcome.pixels.values()} == {(32, 48, 3)}
    assert {picture.dtype for picture in outcome.pixels.values()} == {np.dtype(np.uint8)}


def test_paints_the_same_recipe_to_the_same_bytes(engine: PaintingEngine) -> None:
    first, second = (outcome_of(engine.submit(order())).pixels[0] for _ in range(2))

    assert first.tobytes() == second.tobytes()


def test_paints_picture_i_from_seed_plus_i(engine: PaintingEngine) -> None:
    second = outcome_of(engine.submit(order((0, 1), seed=7))).pixels[1]
    alone = outcome_of(engine.submit(order((0,), seed=8))).pixels[0]

    assert largest_difference(second, alone) <= 1


@pytest.mark.parametrize("change", [{"seed": 8}, {"resolved_prompt": "a red boat"}, {"guidance_scale": 9.0}])
def test_paints_another_recipe_to_another_picture(engine: PaintingEngine, change: dict[str, Any]) -> None:
    first = outcome_of(engine.submit(order())).pixels[0]
    second = outcome_of(engine.submit(order(**change))).pixels[0]

    assert first.tobytes() != second.tobytes()


def test_shows_a_frame_after_the_first_steps(engine: PaintingEngine) -> None:
    first = outcome_of(engine.submit(order(steps=12, width=64, height=32))).previews[0]

    image = Image.open(BytesIO(first.jpeg))
    assert image.format == "JPEG"
    assert image.size == (first.width, first.height)
    assert image.width == 2 * image.height


def test_ends_a_cancelled_order_and_paints_the_next_one(engine: PaintingEngine) -> None:
    ticket = engine.submit(order(steps=1000))

    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket, on_event=lambda _: ticket.cancel())
    assert set(outcome_of(engine.submit(order())).pixels) == {0}


def test_tells_the_same_ending_to_whoever_asks_again(engine: PaintingEngine) -> None:
    ticket = engine.submit(order())
    outcome_of(ticket)

    assert outcome_of(ticket).facts is not None
    assert ticket.stage is Stage.DECODE


def test_counts_progress_with_every_event(engine: PaintingEngine) -> None:
    ticket = engine.submit(order())
    progress: list[int] = []

    outcome_of(ticket, on_event=lambda _: progress.append(ticket.progress))

    assert progress == sorted(progress)
    assert progress[-1] > 4


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"sampler": "Magic"}, "unknown_sampler"),
        ({"mask": "0" * 64}, "unsupported"),
        ({"reference": "0" * 64}, "unsupported"),
    ],
)
def test_refuses_with_a_sentence_what_it_cannot_paint(engine: PaintingEngine, wish: dict[str, Any], code: str) -> None:
    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order(**wish)))

    assert caught.value.code == code
    assert not caught.value.retryable
    assert str(caught.value).endswith(".")


def test_shows_the_model_as_resident_after_painting(engine: PaintingEngine) -> None:
    assert engine.status().models == ()

    outcome_of(engine.submit(order()))

    status = engine.status()
    assert [model.name for model in status.models] == ["starter"]
    assert status.loads_total == 1
    assert status.orders == 0
    assert not status.stuck


def test_has_as_many_free_slots_after_a_painting_as_before(engine: PaintingEngine) -> None:
    before = engine.free_slots(order().recipe)

    outcome_of(engine.submit(order()))

    assert engine.free_slots(order().recipe) == before >= 1


def test_withdraws_orders_when_it_is_closed(engine: PaintingEngine) -> None:
    ticket = engine.submit(order(steps=1000))

    engine.close()

    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)


def test_pins_what_is_preloaded(engine: PaintingEngine) -> None:
    engine.preload(("starter",))
    outcome_of(engine.submit(order()))

    assert [model.pinned for model in engine.status().models] == [True]
    assert engine.status().loads_total == 1
