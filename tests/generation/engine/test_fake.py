"""What the fake engine can do for tests of everything else."""

from pathlib import Path

import pytest

from generation.engine.checkpoint_files import checkpoint_progress
from generation.engine.contract import EngineError, PaintingCancelledError, Stage
from generation.engine.fake import FakeEngine, StepGate
from tests.generation.engine.paintings import order, outcome_of


def test_holds_a_painting_at_the_gate_until_it_is_released() -> None:
    gate = StepGate(hold_at=2)
    engine = FakeEngine(steps_gate=gate)
    ticket = engine.submit(order())

    gate.wait_until_held()
    assert ticket.stage is Stage.STEP
    assert engine.free_slots(order().recipe) == 0
    assert engine.status().orders == 1
    gate.release()

    assert outcome_of(ticket).facts is not None
    assert engine.status().orders == 0


def test_lets_a_withdrawn_painting_leave_the_gate() -> None:
    gate = StepGate(hold_at=1)
    ticket = FakeEngine(steps_gate=gate).submit(order())
    gate.wait_until_held()

    ticket.cancel()

    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)


@pytest.mark.parametrize("key", ["job", "a lighthouse at dusk", "*"])
def test_fails_as_scripted(key: str) -> None:
    error = EngineError("The device stands still.", code="stuck", retryable=True)

    with pytest.raises(EngineError) as caught:
        outcome_of(FakeEngine(failures={key: error}).submit(order()))

    assert caught.value is error


def test_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    gate = StepGate(hold_at=3)
    ticket = FakeEngine(steps_gate=gate).submit(order(checkpoint_dir=tmp_path))
    gate.wait_until_held()
    ticket.cancel()

    resumed = outcome_of(FakeEngine().submit(order(checkpoint_dir=tmp_path)))

    assert resumed.steps == [4]
    assert checkpoint_progress(tmp_path) == 4


def test_offers_as_many_slots_as_it_is_given() -> None:
    assert FakeEngine(slots=3).free_slots(order().recipe) == 3


def test_remembers_its_orders() -> None:
    engine = FakeEngine()
    wanted = order((0, 1))

    outcome_of(engine.submit(wanted))

    assert engine.submitted == [wanted]
