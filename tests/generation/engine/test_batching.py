"""Orders of different people in one model call: who joins, who waits, and that nobody's picture changes by it."""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from generation.engine.checkpoint_files import checkpoint_path, metadata_read
from generation.engine.contract import EngineError, PaintingCancelledError, PaintOrder, Pixels, Stage, Ticket
from generation.engine.engine import Engine
from generation.engine.samplers import SAMPLER_NAMES
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, Outcome, largest_difference, order, outcome_of

pytestmark = REAL

PROMPTS = ("a red boat", "a lighthouse at dusk", "an owl", "two trees")


class Doorman:
    """Holds the device thread in its next model call, so that orders can gather behind it."""

    def __init__(self, model_calls: CallCounter) -> None:
        self._held, self._open = threading.Event(), threading.Event()
        self._at = 1
        self._calls = model_calls
        model_calls.on_call = self._pass

    def hold_at(self, call: int) -> None:
        """Stop in that model call, counted from the start of the test."""
        self._at = call
        self._held.clear()
        self._open.clear()

    def wait_until_held(self) -> None:
        """Return once the device thread stands at the door."""
        assert self._held.wait(20)

    def let_in(self) -> None:
        """Let the device thread go on."""
        self._open.set()

    def _pass(self, count: int) -> None:
        if count == self._at:
            self._held.set()
            assert self._open.wait(20)


@pytest.fixture
def doorman(model_calls: CallCounter) -> Iterator[Doorman]:
    doorman = Doorman(model_calls)
    yield doorman
    doorman.let_in()


def in_company(engine: Engine, doorman: Doorman, orders: list[PaintOrder]) -> list[Ticket]:
    """Submit orders while the device is held in the first call of the first one: the others join at the next step."""
    first = engine.submit(orders[0])
    doorman.wait_until_held()
    others = [engine.submit(wanted) for wanted in orders[1:]]
    doorman.let_in()
    return [first, *others]


def alone(engine: Engine, wanted: PaintOrder) -> dict[int, Pixels]:
    """The pictures of an order that has the device to itself."""
    return outcome_of(engine.submit(wanted)).pixels


def test_eight_compatible_orders_take_exactly_as_many_model_calls_as_one(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter, doorman: Doorman
) -> None:
    engine = make_engine(tiny_model)
    opener = engine.submit(order(job_id="opener", steps=1))
    doorman.wait_until_held()
    tickets = [engine.submit(order(job_id=f"job {seed}", seed=seed, steps=6)) for seed in range(8)]
    doorman.let_in()

    outcomes = [outcome_of(ticket) for ticket in (opener, *tickets)]

    assert all(outcome.facts for outcome in outcomes)
    assert model_calls.count == 1 + 6


def test_an_order_that_is_to_be_alone_shares_no_model_call(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter, doorman: Doorman
) -> None:
    orders = [replace(order(job_id=f"job {seed}", seed=seed, steps=3), alone=seed == 1) for seed in range(3)]

    tickets = in_company(make_engine(tiny_model), doorman, orders)

    assert all(outcome_of(ticket).facts for ticket in tickets)
    # The first and the last share theirs, but for the first's first, which was over when the last came.
    assert model_calls.count == 3 + 3 + 1


def test_a_lone_order_waits_for_nobody(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter
) -> None:
    outcome_of(make_engine(tiny_model).submit(order(steps=5)))

    assert model_calls.count == 5


def test_orders_of_different_steps_samplers_prompts_and_guidance_share_calls_and_keep_their_pictures(
    make_engine: Callable[..., Engine], starter_like_model: Path, model_calls: CallCounter, doorman: Doorman
) -> None:
    orders = [
        order(job_id="euler", steps=4, resolved_prompt="a red boat"),
        order(job_id="heun", steps=5, sampler="Heun", seed=11, negative_prompt="fog"),
        order(job_id="ancestral", steps=7, sampler="Euler a", seed=12, guidance_scale=9.0),
        order(job_id="unguided", steps=3, sampler="DPM++ 2M", seed=13, guidance_scale=1.0),
        order(job_id="two", indices=(0, 1), steps=6, sampler="DPM++ 2M SDE", seed=14),
    ]
    engine = make_engine(starter_like_model)
    tickets = in_company(engine, doorman, orders)
    together = [outcome_of(ticket).pixels for ticket in tickets]
    calls = model_calls.count

    assert calls < 4 + 9 + 7 + 3 + 6
    for wanted, pixels in zip(orders, together, strict=True):
        expected = alone(make_engine(starter_like_model), wanted)
        assert all(largest_difference(pixels[index], expected[index]) <= 1 for index in wanted.indices)


def test_in_bfloat16_company_changes_no_byte(
    make_engine: Callable[..., Engine], tiny_model: Path, doorman: Doorman
) -> None:
    engine = make_engine(tiny_model, dtype="bfloat16")
    orders = [order(job_id=name, sampler=name, seed=number, steps=5) for number, name in enumerate(SAMPLER_NAMES)]
    tickets = in_company(engine, doorman, orders)

    for wanted, pixels in [(o, outcome_of(t).pixels[0]) for o, t in zip(orders, tickets, strict=True)]:
        assert pixels.tobytes() == alone(engine, wanted)[0].tobytes(), wanted.job_id


def test_an_order_of_another_size_waits_and_says_so(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter, doorman: Doorman
) -> None:
    first, wide = in_company(
        make_engine(tiny_model), doorman, [order(steps=4), order(job_id="wide", width=64, steps=3)]
    )

    outcomes = [outcome_of(first), outcome_of(wide)]

    assert model_calls.count == 4 + 3
    assert outcomes[1].stages == [Stage.LOAD, Stage.ENCODE, Stage.STEP, Stage.DECODE]
    assert outcomes[1].pixels[0].shape == (32, 64, 3)


def test_the_urgent_order_gets_the_device_at_the_next_step_and_the_other_goes_on_to_the_same_picture(
    make_engine: Callable[..., Engine], tiny_model: Path, tmp_path: Path, doorman: Doorman, model_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)
    patient = order(job_id="patient", steps=6, sampler="DPM++ 2M SDE", checkpoint_dir=tmp_path)
    doorman.hold_at(2)
    first = engine.submit(patient)
    doorman.wait_until_held()
    urgent = engine.submit(order(job_id="urgent", width=64, steps=3, priority=5))
    doorman.let_in()

    painted = outcome_of(urgent)
    rested = outcome_of(first)

    assert painted.facts is not None
    assert rested.stages == [Stage.LOAD, Stage.ENCODE, Stage.STEP, Stage.WAIT, Stage.STEP, Stage.DECODE]
    assert model_calls.count == 6 + 3
    unhindered = order(job_id="unhindered", steps=6, sampler="DPM++ 2M SDE")
    assert rested.pixels[0].tobytes() == alone(make_engine(tiny_model), unhindered)[0].tobytes()


def test_a_resting_painting_is_kept_on_the_disk(
    make_engine: Callable[..., Engine], tiny_model: Path, tmp_path: Path, doorman: Doorman
) -> None:
    engine = make_engine(tiny_model, checkpoint_every_s=1000.0)
    doorman.hold_at(2)
    patient = engine.submit(order(job_id="patient", steps=6, checkpoint_dir=tmp_path))
    doorman.wait_until_held()
    kept: list[str] = []
    urgent = engine.submit(order(job_id="urgent", width=64, checkpoint_dir=tmp_path / "urgent", priority=5))
    doorman.let_in()

    def look(event: Any) -> None:
        metadata = metadata_read(checkpoint_path(tmp_path, (0,)))
        kept.append(metadata["call"] if metadata else "")

    outcome_of(urgent, on_event=look)
    outcome_of(patient)

    assert kept[-1] == "2"


def test_a_resting_painting_lets_its_model_go_and_comes_back_with_it_to_the_same_picture(
    make_engine: Callable[..., Engine], tiny_model: Path, doorman: Doorman
) -> None:
    room_for_one = 300_000
    engine = make_engine(tiny_model, ram_budget_bytes=room_for_one)
    doorman.hold_at(2)
    patient = engine.submit(order(job_id="patient", model="first", steps=5, sampler="UniPC"))
    doorman.wait_until_held()
    urgent = engine.submit(order(job_id="urgent", model="second", priority=1))
    doorman.let_in()

    outcome_of(urgent)
    rested = outcome_of(patient)

    assert [eviction.name for eviction in engine.status().evictions] == ["first", "second"]
    assert engine.status().loads_total == 3
    unhindered = order(job_id="unhindered", model="first", steps=5, sampler="UniPC")
    assert rested.pixels[0].tobytes() == alone(make_engine(tiny_model), unhindered)[0].tobytes()


def test_a_long_order_shares_its_calls_with_whoever_comes_after_its_first_ones(
    make_engine: Callable[..., Engine], tiny_model: Path, doorman: Doorman, model_calls: CallCounter
) -> None:
    """Twenty pictures would take five calls of four; a newcomer must not wait for all of them."""
    engine = make_engine(tiny_model, pictures_together=4)
    long, newcomer = in_company(
        engine,
        doorman,
        [order(tuple(range(20)), job_id="long", steps=3), order(job_id="newcomer", seed=77, steps=3)],
    )

    outcome_of(newcomer)
    calls_until_then = model_calls.count
    whole = outcome_of(long)

    assert calls_until_then <= 3 + 3 + 3
    assert sorted(whole.pixels) == list(range(20))
    assert (whole.steps[-1], whole.total) == (15, 15)
    assert whole.steps == sorted(whole.steps)
    assert model_calls.count == 3 * 6


def test_cancelling_one_order_of_a_company_leaves_the_others_as_they_are(
    make_engine: Callable[..., Engine], tiny_model: Path, doorman: Doorman, decode_calls: CallCounter
) -> None:
    engine = make_engine(tiny_model)
    orders = [order(job_id=str(seed), seed=seed, steps=5, sampler="Euler a") for seed in range(3)]
    doorman.hold_at(3)
    tickets = [engine.submit(wanted) for wanted in orders]
    doorman.wait_until_held()
    tickets[1].cancel()
    doorman.let_in()

    with pytest.raises(PaintingCancelledError):
        outcome_of(tickets[1])
    stayed = {index: outcome_of(tickets[index]).pixels[0] for index in (0, 2)}

    assert decode_calls.count == 2
    for index, pixels in stayed.items():
        assert largest_difference(pixels, alone(engine, orders[index])[0]) <= 1


def test_memory_that_runs_out_in_company_halves_it_and_fails_nobody(
    make_engine: Callable[..., Engine], tiny_model: Path, doorman: Doorman, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[int] = []
    full_at = 2 * 3
    forward = _recorded_forward(rows, refuse=lambda count: count >= full_at)
    monkeypatch.setattr("diffusers.UNet2DConditionModel.forward", forward)
    engine = make_engine(tiny_model)
    tickets = [engine.submit(order(job_id=str(seed), seed=seed, steps=40)) for seed in range(4)]

    pictures = [outcome_of(ticket).pixels for ticket in tickets]

    assert all(0 in pixels for pixels in pictures)
    assert max(rows) >= full_at
    assert max(rows[rows.index(max(rows)) + 1 :]) <= 4


def test_the_order_that_breaks_a_shared_call_is_found_and_fails_alone(
    make_engine: Callable[..., Engine], tiny_model: Path, doorman: Doorman, monkeypatch: pytest.MonkeyPatch
) -> None:
    from generation.engine.stepper import Stepper

    predict = Stepper.predict

    def breaks(stepper: Stepper, paintings: Any) -> Any:
        if any(painting.conditioning.guidance_scale == 13.0 for painting in paintings):
            raise ZeroDivisionError("inside")
        return predict(stepper, paintings)

    monkeypatch.setattr(Stepper, "predict", breaks)
    engine = make_engine(tiny_model)
    orders = [order(job_id=str(seed), seed=seed, guidance_scale=13.0 if seed == 2 else 7.0) for seed in range(4)]
    tickets = in_company(engine, doorman, orders)

    with pytest.raises(EngineError) as caught:
        outcome_of(tickets[2])

    assert caught.value.code == "failed"
    assert all(outcome_of(tickets[index]).facts for index in (0, 1, 3))
    assert not engine.status().stuck


def test_goes_on_after_a_crash_with_the_pictures_that_were_painted_together(
    make_engine: Callable[..., Engine], tiny_model: Path, tmp_path: Path, model_calls: CallCounter
) -> None:
    wanted = order((0, 1, 2), steps=6, sampler="UniPC", checkpoint_dir=tmp_path)
    stopped = make_engine(tiny_model, pictures_together=2)
    ticket = stopped.submit(wanted)
    model_calls.on_call = lambda count: ticket.cancel() if count == 4 else None
    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)
    model_calls.on_call, model_calls.count = (lambda _: None), 0

    resumed = outcome_of(make_engine(tiny_model, pictures_together=8).submit(wanted)).pixels

    assert model_calls.count == (6 - 4) + 6
    expected = alone(make_engine(tiny_model, pictures_together=2), order((0, 1, 2), steps=6, sampler="UniPC"))
    assert all(largest_difference(resumed[index], expected[index]) <= 1 for index in (0, 1, 2))


@pytest.mark.parametrize("seed", range(6))
def test_any_mix_of_orders_cancels_and_restarts_leaves_every_picture_equal_to_its_solo_run(
    make_engine: Callable[..., Engine], starter_like_model: Path, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    orders = [_any_order(dice, number, tmp_path) for number in range(7)]
    engine = make_engine(starter_like_model, pictures_together=dice.choice([2, 3, 8]))

    results: dict[str, dict[int, Pixels]] = {}
    waiting = list(orders)
    while waiting:
        tickets = {wanted.job_id: engine.submit(wanted) for wanted in waiting}
        victims = dice.sample(sorted(tickets), k=min(len(tickets), dice.choice([0, 1, 2])))
        for wanted in list(waiting):
            outcome = _outcome_or_none(tickets[wanted.job_id], cancel_at=_moment(dice, wanted.job_id in victims))
            if outcome is not None:
                results[wanted.job_id] = outcome.pixels
                waiting.remove(wanted)
        if waiting:
            engine.close()
            engine = make_engine(starter_like_model, pictures_together=dice.choice([2, 3, 8]))

    solo = make_engine(starter_like_model)
    for wanted in orders:
        fresh = PaintOrder(job_id="solo", recipe=wanted.recipe, indices=wanted.indices)
        expected = alone(solo, fresh)
        assert sorted(results[wanted.job_id]) == sorted(expected)
        for index, pixels in expected.items():
            assert largest_difference(results[wanted.job_id][index], pixels) <= 1, wanted


def _any_order(dice: random.Random, number: int, folder: Path) -> PaintOrder:
    return order(
        tuple(range(dice.choice([1, 1, 2, 3]))),
        job_id=f"job {number}",
        checkpoint_dir=folder / str(number),
        resolved_prompt=dice.choice(PROMPTS),
        seed=dice.randrange(1000),
        steps=dice.choice([2, 3, 5, 8]),
        sampler=dice.choice(SAMPLER_NAMES),
        guidance_scale=dice.choice([1.0, 4.0, 9.0]),
        width=dice.choice([32, 32, 32, 64]),
    )


def _moment(dice: random.Random, cancels: bool) -> int | None:
    return dice.choice([1, 2, 4]) if cancels else None


def _outcome_or_none(ticket: Ticket, cancel_at: int | None) -> Outcome | None:
    """What came of an order; None where it was withdrawn at that event before it was finished."""
    seen = 0

    def count(_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == cancel_at:
            ticket.cancel()

    try:
        return outcome_of(ticket, on_event=count)
    except PaintingCancelledError:
        return None


def _recorded_forward(rows: list[int], *, refuse: Callable[[int], bool]) -> Callable[..., Any]:
    """A UNet call that notes how many rows it was given and has no memory for too many."""
    from diffusers import UNet2DConditionModel

    forward = UNet2DConditionModel.forward

    def recorded(unet: Any, sample: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        rows.append(len(sample))
        if refuse(len(sample)):
            raise torch.OutOfMemoryError("full")
        return forward(unet, sample, *args, **kwargs)

    return recorded
