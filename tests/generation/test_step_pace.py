"""How long the steps to come take, if they take as long as those before."""

import pytest

from generation.painting import StepPace


def test_nothing_is_known_at_the_first_step() -> None:
    assert StepPace().left_s(1, 8, 100.0) is None


def test_steps_to_come_take_as_long_as_those_so_far() -> None:
    pace = StepPace()
    pace.left_s(1, 8, 100.0)

    assert pace.left_s(3, 8, 104.0) == pytest.approx(10.0)
    assert pace.left_s(8, 8, 120.0) == 0.0


def test_a_painting_that_goes_on_is_timed_from_there() -> None:
    pace = StepPace()
    pace.left_s(20, 30, 100.0)

    assert pace.left_s(21, 30, 100.5) == pytest.approx(4.5)
