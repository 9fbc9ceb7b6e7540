"""Ranges: as wide as estimates were wrong lately, of each kind by itself, so that four of five jobs end inside."""

import math
import random
from dataclasses import astuple

import pytest

from generation.forecasting.ranges import ENOUGH, EVEN, REMEMBERED, Factors, Kind, Tails, factors_of, promise, quantile


@pytest.mark.parametrize(
    ("before", "guess", "kind"),
    [
        (0, False, Kind.AT_ONCE),
        (1, False, Kind.SOON),
        (3, False, Kind.SOON),
        (4, False, Kind.LATER),
        (0, True, Kind.GUESS),
        (9, True, Kind.GUESS),
    ],
)
def test_an_estimate_is_of_a_kind(before: int, guess: bool, kind: Kind) -> None:
    assert Kind.of(before=before, guess=guess) is kind


def test_without_experience_the_range_is_wide_and_that_of_a_guess_wider() -> None:
    assert astuple(factors_of(Kind.SOON, {})) == pytest.approx((1 / 2, 1, 2))
    assert astuple(factors_of(Kind.GUESS, {})) == pytest.approx((1 / 3, 1, 3))


def test_four_of_five_errors_of_the_kind_lie_in_the_range() -> None:
    errors = [math.log(1 + number / 100) for number in range(1, 20)]

    factors = factors_of(Kind.SOON, {Kind.SOON: errors})

    assert astuple(factors) == pytest.approx((1.02, 1.10, 1.18))


def test_a_kind_that_is_new_takes_the_errors_of_the_others_but_not_those_of_guesses() -> None:
    errors = {Kind.SOON: [0.1] * ENOUGH, Kind.GUESS: [2.0] * ENOUGH, Kind.LATER: [0.5] * (ENOUGH - 1)}

    assert factors_of(Kind.AT_ONCE, {Kind.SOON: [0.1] * (ENOUGH - 1)}).high == pytest.approx(2)
    assert factors_of(Kind.AT_ONCE, errors).low == pytest.approx(math.exp(0.1))
    assert factors_of(Kind.AT_ONCE, errors).high == pytest.approx(math.exp(0.5))
    assert factors_of(Kind.GUESS, errors).likely == pytest.approx(math.exp(2.0))


def test_only_the_latest_errors_count() -> None:
    errors = {Kind.SOON: [0.0] * REMEMBERED + [5.0] * 500}

    assert factors_of(Kind.SOON, errors) == Factors(low=1.0, likely=1.0, high=1.0)


def test_a_promise_is_the_estimate_times_the_factors() -> None:
    told = promise(10.0, Factors(low=0.8, likely=1.1, high=2.0))

    assert (told.low, told.seconds, told.high) == pytest.approx((8.0, 11.0, 20.0))


@pytest.mark.parametrize(("share", "value"), [(0.0, 1.0), (0.1, 1.0), (0.5, 5.0), (0.9, 9.0), (1.0, 9.0)])
def test_quantiles_are_those_of_one_more_value(share: float, value: float) -> None:
    assert quantile([9, 1, 5, 3, 7, 2, 8, 4, 6], share) == pytest.approx(value)


@pytest.mark.parametrize("seed", range(3))
def test_the_range_holds_four_of_five_whatever_the_errors_are_like(seed: int) -> None:
    chance = random.Random(seed)
    errors: list[float] = []
    inside = 0

    for _ in range(2000):
        factors, error = factors_of(Kind.SOON, {Kind.SOON: errors}), chance.expovariate(3) - 0.2
        inside += factors.low <= math.exp(error) <= factors.high
        errors.insert(0, error)

    assert 0.77 <= inside / 2000 <= 0.83


def test_the_range_reaches_further_after_a_job_outside_it_and_less_far_after_one_inside() -> None:
    assert EVEN.after(sooner=False, later=True) == pytest.approx((0.102, 0.082))
    assert EVEN.after(sooner=True, later=False) == pytest.approx((0.082, 0.102))
    assert EVEN.after(sooner=False, later=False) == pytest.approx((0.102, 0.102))


def test_how_far_the_range_reaches_stays_within_bounds() -> None:
    tails = EVEN
    for _ in range(1000):
        tails = tails.after(sooner=False, later=True)

    assert tails == pytest.approx((0.3, 0.02))


def test_errors_that_shrink_leave_four_of_five_inside_all_the_same() -> None:
    chance = random.Random(7)
    errors: list[float] = [chance.gauss(0, 0.5) for _ in range(REMEMBERED)]
    tails, inside = Tails(), 0

    for number in range(600):
        error = chance.gauss(0, 0.5 * 0.996**number)
        factors = factors_of(Kind.SOON, {Kind.SOON: errors}, tails)
        sooner, later = math.exp(error) < factors.low, math.exp(error) > factors.high
        tails = tails.after(sooner=sooner, later=later)
        errors.insert(0, error)
        inside += not (sooner or later)

    assert 0.77 <= inside / 600 <= 0.84
