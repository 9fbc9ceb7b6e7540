"""How figures are taken on a noisy machine: interleaved pairs, their ratios, an interval, and a verdict.

Arms take turns in one process, A B B A, and what counts is the median of the paired ratios with its bootstrap
interval. A goal is missed only where the whole interval misses it. Counts are exact: their interval is a point.
"""

import operator
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

PAIRS = 15
"""The least number of pairs of a timed ratio, unless one run takes seconds."""
RESAMPLES = 2000
CONFIDENCE = 0.95

Arm: TypeAlias = Callable[[], object]
Clock: TypeAlias = Callable[[], float]
"""Seconds from any beginning."""


class Op(StrEnum):
    """How a value stands to its goal."""

    AT_MOST = "<="
    AT_LEAST = ">="
    EXACTLY = "=="


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and the interval in which it lies with 95 % confidence."""

    value: float
    low: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> "Estimate":
        """A count: there is nothing uncertain about it."""
        return cls(value, value, value)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a value must be."""

    op: Op
    bound: float

    def is_met_by(self, estimate: Estimate) -> bool:
        """Whether any part of the interval meets the goal."""
        nearest = {Op.AT_MOST: estimate.low, Op.AT_LEAST: estimate.high, Op.EXACTLY: estimate.value}[self.op]
        compare: Callable[[float, float], bool] = {
            Op.AT_MOST: operator.le,
            Op.AT_LEAST: operator.ge,
            Op.EXACTLY: operator.eq,
        }[self.op]
        return compare(nearest, self.bound)


def at_most(bound: float) -> Goal:
    """The value must not lie above `bound`."""
    return Goal(Op.AT_MOST, bound)


def at_least(bound: float) -> Goal:
    """The value must not lie below `bound`."""
    return Goal(Op.AT_LEAST, bound)


def exactly(bound: float) -> Goal:
    """The value must be `bound`."""
    return Goal(Op.EXACTLY, bound)


def paired_times(
    one: Arm, other: Arm, *, pairs: int = PAIRS, clock: Clock = time.process_time, warm_up: int = 1
) -> list[tuple[float, float]]:
    """Run both arms in turns and return the seconds of each pair; the arm that begins changes with every pair.

    Each arm runs `warm_up` times before anything is timed.
    """
    for _ in range(warm_up):
        one()
        other()
    times = []
    for one_first in turns(pairs):
        if one_first:
            first = seconds(one, clock)
            times.append((first, seconds(other, clock)))
        else:
            second = seconds(other, clock)
            times.append((seconds(one, clock), second))
    return times


def turns(pairs: int) -> Iterator[bool]:
    """Whether the first arm begins: A B, B A, A B and so on."""
    return (number % 2 == 0 for number in range(pairs))


def seconds(arm: Arm, clock: Clock = time.process_time) -> float:
    """How long one run takes by `clock`."""
    started = clock()
    arm()
    return clock() - started


def ratio_of(times: Sequence[tuple[float, float]]) -> Estimate:
    """The first arm's time over the second's: median of the paired ratios, with its interval."""
    return median_of([one / other for one, other in times])


def median_of(values: Sequence[float], *, seed: int = 0) -> Estimate:
    """The median with its bootstrap interval. The resampling is seeded: equal values, equal interval."""
    return _bootstrapped(statistics.median, values, seed)


def mean_of(values: Sequence[float], *, seed: int = 0) -> Estimate:
    """The mean, or of truths their share, with its bootstrap interval; seeded as well."""
    return _bootstrapped(statistics.fmean, values, seed)


def _bootstrapped(statistic: Callable[[Sequence[float]], float], values: Sequence[float], seed: int) -> Estimate:
    chance = random.Random(seed)
    found = sorted(statistic(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    tail = (1 - CONFIDENCE) / 2
    low, high = found[int(RESAMPLES * tail)], found[int(RESAMPLES * (1 - tail)) - 1]
    return Estimate(statistic(values), low, high)


def unhindered_clock(thread_id: int | None = None) -> Clock:
    """A wall clock of one thread that stands still while the thread could run and other work has the processor.

    Waiting for a lock or a disk counts, waiting behind a stranger does not. By default of the calling thread. Where
    the kernel does not tell, it is the plain wall clock.
    """
    account = Path(f"/proc/self/task/{thread_id or threading.get_native_id()}/schedstat")
    if not account.exists():
        return time.perf_counter
    descriptor = os.open(account, os.O_RDONLY)

    def now() -> float:
        waited_ns = int(os.pread(descriptor, 64, 0).split()[1])
        return time.perf_counter() - waited_ns / 1e9

    return now
