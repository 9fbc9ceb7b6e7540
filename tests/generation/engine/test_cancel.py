"""Withdrawing an order: within one model call, without decoding, and without harm to the next order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generation.engine.contract import PaintingCancelledError
from generation.engine.engine import Engine
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, order, outcome_of

pytestmark = REAL


@pytest.mark.parametrize("sampler", ["Euler", "Heun"])
def test_makes_no_model_call_after_the_one_in_which_it_was_cancelled(
    tiny_engine: Engine, model_calls: CallCounter, decode_calls: CallCounter, sampler: str
) -> None:
    ticket = tiny_engine.submit(order(steps=50, sampler=sampler))
    model_calls.on_call = lambda count: ticket.cancel() if count == 3 else None

    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)

    tiny_engine.close()
    assert model_calls.count == 3
    assert decode_calls.count == 0


def test_leaves_the_next_order_untouched(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)
    expected = outcome_of(engine.submit(order(sampler="DPM++ 2M"))).pixels[0]
    ticket = engine.submit(order(steps=50, sampler="DPM++ 2M"))
    model_calls.on_call = lambda _: ticket.cancel()

    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)
    model_calls.on_call = lambda _: None

    assert outcome_of(engine.submit(order(sampler="DPM++ 2M"))).pixels[0].tobytes() == expected.tobytes()


def test_ends_a_waiting_order_at_once(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)
    endings: list[str] = []
    first, second = engine.submit(order(steps=3)), engine.submit(order(job_id="second", width=48))

    def cancel_the_second(count: int) -> None:
        # The device thread is in the first order here, so the second can only end by itself.
        second.cancel()
        with pytest.raises(PaintingCancelledError):
            outcome_of(second)
        endings.append(f"call {count}")

    model_calls.on_call = cancel_the_second
    outcome_of(first)

    assert endings[0] == "call 1"


def test_stops_between_two_decodings(
    make_engine: Callable[..., Engine], tiny_model: Path, decode_calls: CallCounter
) -> None:
    ticket = make_engine(tiny_model).submit(order((0, 1, 2)))
    decode_calls.on_call = lambda count: ticket.cancel() if count == 2 else None

    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)

    assert decode_calls.count == 2


def test_ends_a_whole_call_within_one_step(
    make_engine: Callable[..., Engine], whole_call_model: Path, model_calls: CallCounter, decode_calls: CallCounter
) -> None:
    engine = make_engine(whole_call_model)
    ticket = engine.submit(order(steps=30, sampler="Default"))
    model_calls.on_call = lambda count: ticket.cancel() if count == 2 else None

    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)

    engine.close()
    assert model_calls.count == 2
    assert decode_calls.count == 0
