"""The method behind every figure: who goes first, what the interval is, and when a goal is missed."""

import random
import threading
import time

import pytest

from bench.measuring import (
    Estimate,
    Goal,
    at_least,
    at_most,
    exactly,
    mean_of,
    median_of,
    paired_times,
    ratio_of,
    unhindered_clock,
)


class Clock:
    """Seconds that pass only when an arm says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_arms_take_turns_and_the_first_one_changes_with_every_pair() -> None:
    ran: list[str] = []

    paired_times(lambda: ran.append("a"), lambda: ran.append("b"), pairs=4, warm_up=1)

    assert "".join(ran) == "ab" + "abbaabba"


def test_times_stay_with_their_arm_whoever_begins() -> None:
    clock = Clock()

    def lasting(seconds: float) -> None:
        clock.now += seconds

    times = paired_times(lambda: lasting(3.0), lambda: lasting(2.0), pairs=3, clock=clock)

    assert times == [(3.0, 2.0)] * 3
    assert ratio_of(times) == Estimate(1.5, 1.5, 1.5)


def test_the_value_is_the_median_of_the_paired_ratios() -> None:
    assert ratio_of([(1.0, 1.0), (2.0, 1.0), (90.0, 1.0)]).value == 2.0


def test_the_interval_is_the_same_for_the_same_values() -> None:
    values = [random.Random(3).gauss(1.0, 0.1) for _ in range(15)]

    assert median_of(values) == median_of(values)


def test_the_interval_holds_the_median_and_narrows_with_more_values() -> None:
    chance = random.Random(5)
    values = [chance.gauss(1.0, 0.1) for _ in range(400)]

    few, many = median_of(values[:15]), median_of(values)

    assert few.low <= few.value <= few.high
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize(
    ("goal", "estimate", "met"),
    [
        (at_most(1.05), Estimate(1.04, 1.03, 1.06), True),
        (at_most(1.05), Estimate(1.08, 1.05, 1.10), True),
        (at_most(1.05), Estimate(1.08, 1.06, 1.10), False),
        (at_least(3.0), Estimate(2.9, 2.7, 3.1), True),
        (at_least(3.0), Estimate(2.5, 2.4, 2.9), False),
        (exactly(10), Estimate.exactly(10), True),
        (exactly(10), Estimate.exactly(11), False),
        (at_most(0), Estimate.exactly(1), False),
    ],
)
def test_a_goal_is_missed_only_by_the_whole_interval(goal: Goal, estimate: Estimate, met: bool) -> None:
    assert goal.is_met_by(estimate) is met


def test_the_unhindered_clock_counts_what_its_thread_waits_for() -> None:
    read, asleep, over = threading.Event(), threading.Event(), threading.Event()

    def sleep_on() -> None:
        read.wait(5)
        asleep.set()
        over.wait(5)

    sleeper = threading.Thread(target=sleep_on)
    sleeper.start()
    clock = unhindered_clock(sleeper.native_id)

    before = clock()
    read.set()
    asleep.wait(5)
    until = time.perf_counter() + 0.05
    while time.perf_counter() < until:
        pass
    spent = clock() - before
    over.set()
    sleeper.join()

    assert spent > 0.025


def test_a_share_has_an_interval_around_it() -> None:
    estimate = mean_of([True] * 80 + [False] * 20)

    assert estimate.value == pytest.approx(0.8)
    assert 0.70 < estimate.low < 0.75
    assert 0.85 < estimate.high < 0.90
