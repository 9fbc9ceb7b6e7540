"""Places and times as people say them: rounded as far as anybody could know them, and never more exact."""

import math
from collections.abc import Callable

from generation.forecasting.ranges import Promise

MINUTE_S, HOUR_S = 60.0, 3600.0
UNITS = ((10.0, 1.0), (MINUTE_S, 5.0), (10 * MINUTE_S, MINUTE_S), (1.5 * HOUR_S, 5 * MINUTE_S), (math.inf, HOUR_S / 2))
"""Below the first number of seconds, times are told in multiples of the second."""
NOT_KNOWN = "time not known yet"
TEENS = range(11, 14)
ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}


def place_words(place: int) -> str:
    """A place in line: "next in line", "3rd in line"."""
    if place == 1:
        return "next in line"
    like = "0th" if place % 100 in TEENS else ORDINALS.get(place % 10, "0th")
    return f"{place:,}{like[1:]} in line"


def waiting_words(place: int | None, promise: Promise | None) -> str:
    """What is said of a job that waits: "3rd in line, about 2 min (1 to 4 min)"."""
    where = place_words(place) if place else "waiting"
    return f"{where}, {about_words(promise) if promise else NOT_KNOWN}"


def about_words(promise: Promise) -> str:
    """A time with its range: "about 2 min (1 to 4 min)". The range is left out where rounding leaves none."""
    low, high = _rounded(promise.low, math.floor), _rounded(promise.high, math.ceil)
    likely = min(high, max(low, _rounded(promise.seconds, round)))
    about = f"about {_span(likely)}"
    return about if low == high else f"{about} ({_range(low, high)})"


def left_words(seconds: float) -> str:
    """How long a painting still takes: "about 8 s left"."""
    return f"about {_span(_rounded(seconds, round))} left"


def _rounded(seconds: float, way: Callable[[float], int]) -> float:
    unit = next(unit for below, unit in UNITS if seconds < below)
    return max(1.0, way(seconds / unit) * unit)


def _range(low: float, high: float) -> str:
    first, second = _span(low), _span(high)
    unit = second.partition(" ")[2]
    return f"{first.removesuffix(f' {unit}')} to {second}"


def _span(seconds: float) -> str:
    """A rounded time in the unit that it was rounded to."""
    if seconds < MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 1.5 * HOUR_S and seconds != HOUR_S:
        return f"{seconds / MINUTE_S:.0f} min"
    return f"{seconds / HOUR_S:g} h"
