"""How far off estimates were lately, and the range in which four of five jobs will therefore be done.

The range is conformal: it is read from the recent ratios of what a job took to what was foretold, whatever their
distribution. Jobs that begin at once, that wait for a few and that wait for many are wrong in different ways, so each
kind has ratios of its own; and what was foretold without having seen anything like it is a kind by itself.

Old ratios may be of another time: paces are learned better and better, or a machine got other work. So how far out the
range reaches is adapted as well: a little further after each job outside it, a little less after each inside (adaptive
conformal inference, Gibbs and Candès), at either end by itself.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

SHARE = 0.8
"""How many of all jobs shall be done within their range."""
ADAPTING = 0.02
"""How far the share of jobs outside moves with each job."""
LEAST_OUTSIDE, MOST_OUTSIDE = 0.02, 0.3
REMEMBERED = 60
"""How many of the latest ratios of a kind tell its range."""
ENOUGH = 12
"""With fewer ratios the range is that of all kinds; with fewer of all, that of nobody's experience."""
UNSEEN_LOG = math.log(2.0)
GUESSED_LOG = math.log(3.0)
"""Without experience, a job takes between half of the estimate and twice that; of a guess, a third and thrice."""
FEW = 3
"""Up to so many jobs before it, a job is done soon."""


class Kind(StrEnum):
    """By what an estimate is likely to be wrong."""

    GUESS = "guess"
    AT_ONCE = "at_once"
    SOON = "soon"
    LATER = "later"

    @classmethod
    def of(cls, *, before: int, guess: bool) -> "Kind":
        """The kind of an estimate with so many jobs before it, those being painted included."""
        if guess:
            return cls.GUESS
        if before == 0:
            return cls.AT_ONCE
        return cls.SOON if before <= FEW else cls.LATER


class Tails(NamedTuple):
    """Which share of the ratios lies below the range, and which above it."""

    low: float = (1 - SHARE) / 2
    high: float = (1 - SHARE) / 2

    def after(self, *, sooner: bool, later: bool) -> "Tails":
        """The shares after one more job that was done sooner or later than its range, or neither."""
        return Tails(*(_moved(share, missed) for share, missed in zip(self, (sooner, later), strict=True)))


EVEN = Tails()


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What an estimate is multiplied with for the least, the likely and the most."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is told to people, in seconds from now."""

    seconds: float
    low: float
    high: float


def promise(estimate_s: float, factors: Factors) -> Promise:
    """An estimate with its range."""
    return Promise(seconds=estimate_s * factors.likely, low=estimate_s * factors.low, high=estimate_s * factors.high)


def factors_of(kind: Kind, errors: Mapping[Kind, Sequence[float]], tails: Tails = EVEN) -> Factors:
    """The range of a kind of estimates. `errors` are the logs of recent ratios by kind, newest first."""
    own = list(errors.get(kind, ()))[:REMEMBERED]
    if kind is Kind.GUESS:
        return _factors(own, tails) if len(own) >= ENOUGH else _symmetric(GUESSED_LOG)
    if len(own) < ENOUGH:
        others = [error for other in Kind if other is not Kind.GUESS for error in errors.get(other, ())[:REMEMBERED]]
        return _factors(others, tails) if len(others) >= ENOUGH else _symmetric(UNSEEN_LOG)
    return _factors(own, tails)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a next one lies with this probability, if it is like these: the rank is of n + 1."""
    ordered = sorted(values)
    at = share * (len(ordered) + 1) - 1
    low = min(max(math.floor(at), 0), len(ordered) - 1)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * min(1.0, max(0.0, at - low))


def _factors(errors: Sequence[float], tails: Tails) -> Factors:
    low, likely, high = (math.exp(quantile(errors, share)) for share in (tails.low, 0.5, 1 - tails.high))
    return Factors(low=low, likely=likely, high=high)


def _moved(share: float, missed: float) -> float:
    """A tail after one more job: `missed` is 1 where it lay there, else 0."""
    return min(MOST_OUTSIDE, max(LEAST_OUTSIDE, share + ADAPTING * ((1 - SHARE) / 2 - missed)))


def _symmetric(width: float) -> Factors:
    return Factors(low=math.exp(-width), likely=1.0, high=math.exp(width))
