"""When the device stands still, fails, or runs out of memory."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from generation.engine.contract import EngineError, PaintOrder, Stage
from generation.engine.engine import Engine
from generation.engine.watchdog import Watchdog
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, order, outcome_of

pytestmark = REAL


class Work:
    """Something the watchdog looks at."""

    def __init__(self) -> None:
        self.stage = Stage.LOAD
        self.progress = 0
        self.step_budget_s = 10.0


@pytest.fixture
def stopped(model_calls: CallCounter) -> Iterator[threading.Event]:
    """Set once the device stands still in its second model call; it moves on when the test ends."""
    stopped, go_on = threading.Event(), threading.Event()

    def stop(count: int) -> None:
        if count == 2:
            stopped.set()
            go_on.wait(30)

    model_calls.on_call = stop
    yield stopped
    go_on.set()


def test_gives_each_stage_its_own_budget() -> None:
    watchdog, work = Watchdog(load_budget_s=100.0), Work()

    assert not watchdog.is_stuck(work, 0.0)
    assert not watchdog.is_stuck(work, 99.0)
    work.stage = Stage.STEP
    assert not watchdog.is_stuck(work, 100.0)
    assert not watchdog.is_stuck(work, 110.0)
    work.progress += 1
    assert not watchdog.is_stuck(work, 110.5)
    assert watchdog.is_stuck(work, 121.0)


def test_does_not_blame_the_next_order_for_the_time_of_the_one_before() -> None:
    watchdog, first, second = Watchdog(load_budget_s=100.0), Work(), Work()
    assert not watchdog.is_stuck(first, 0.0)

    assert not watchdog.is_stuck(None, 200.0)
    assert not watchdog.is_stuck(second, 300.0)
    assert not watchdog.is_stuck(second, 400.0)


def test_ends_every_open_order_when_the_device_stands_still(
    make_engine: Callable[..., Engine], tiny_model: Path, stopped: threading.Event
) -> None:
    told = threading.Event()
    engine = make_engine(tiny_model, on_stuck=told.set)
    first = engine.submit(order(step_budget_s=0.1))
    second = engine.submit(order(job_id="second"))

    for ticket in (first, second):
        with pytest.raises(EngineError) as caught:
            outcome_of(ticket)
        assert (caught.value.code, caught.value.retryable) == ("stuck", True)

    assert stopped.is_set()
    assert told.wait(10)
    assert engine.status().stuck
    assert engine.free_slots(order().recipe) == 0


def test_takes_no_order_after_it_stood_still(
    make_engine: Callable[..., Engine], tiny_model: Path, stopped: threading.Event
) -> None:
    engine = make_engine(tiny_model)
    with pytest.raises(EngineError):
        outcome_of(engine.submit(order(step_budget_s=0.1)))

    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order()))

    assert stopped.is_set()
    assert caught.value.code == "stuck"


def fail_with(error: Exception, *, at: Callable[[int], bool]) -> Callable[[int], None]:
    def fail(count: int) -> None:
        if at(count):
            raise error

    return fail


def test_paints_one_by_one_when_memory_runs_out(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)
    wanted: PaintOrder = order((0, 1, 2), steps=3)
    expected = outcome_of(engine.submit(wanted)).pixels
    model_calls.count = 0
    model_calls.on_call = fail_with(torch.OutOfMemoryError("full"), at=lambda count: count == 2)

    outcome = outcome_of(engine.submit(wanted))

    assert sorted(outcome.pixels) == [0, 1, 2]
    assert model_calls.count == 2 + 3 * 3
    assert all(abs(outcome.pixels[index].astype(int) - expected[index]).max() <= 1 for index in (0, 1, 2))


def test_makes_room_for_a_picture_by_evicting_the_other_models(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)
    engine.preload(("pinned",))
    for name in ("other", "starter"):
        outcome_of(engine.submit(order(model=name)))
    model_calls.count = 0
    model_calls.on_call = fail_with(torch.OutOfMemoryError("full"), at=lambda count: count == 1)

    outcome_of(engine.submit(order()))

    assert [model.name for model in engine.status().models] == ["pinned", "starter"]


def test_says_so_when_a_single_picture_does_not_fit(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)
    model_calls.on_call = fail_with(RuntimeError("DefaultCPUAllocator: can't allocate memory"), at=lambda _: True)

    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order((0, 1))))
    model_calls.on_call = lambda _: None

    assert caught.value.code == "out_of_memory"
    assert "32 by 32 does not fit" in str(caught.value)
    assert model_calls.count == 2
    assert 0 in outcome_of(engine.submit(order())).pixels


def test_fails_one_order_alone_when_the_model_breaks(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)
    model_calls.on_call = fail_with(ZeroDivisionError("inside"), at=lambda count: count == 1)

    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order()))

    assert (caught.value.code, caught.value.retryable) == ("failed", False)
    assert 0 in outcome_of(engine.submit(order())).pixels
    assert not engine.status().stuck


def test_gives_orders_back_when_the_device_fails(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter
) -> None:
    told = threading.Event()
    engine = make_engine(tiny_model, on_stuck=told.set)
    model_calls.on_call = fail_with(RuntimeError("CUDA error: an illegal memory access"), at=lambda _: True)

    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order()))

    assert (caught.value.code, caught.value.retryable) == ("device_fault", True)
    assert told.wait(10)
    assert engine.status().stuck


def test_says_that_the_device_cannot_be_used(make_engine: Callable[..., Engine], tiny_model: Path) -> None:
    engine = make_engine(tiny_model, dtype="int4")

    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order()))

    assert caught.value.code == "no_device"
