"""How Aria speaks of quotas: what is left, and when there is more."""

import math
from datetime import datetime, timedelta

from django.utils import timezone

from generation.quotas import Allowance, Places

IN_MINUTES = 90
"""A wait of up to so many minutes is told in minutes; a longer one in hours."""


def left_sentence(allowance: Allowance) -> str:
    """What is left of today; nothing without a limit."""
    return "" if allowance.limit is None else f"You have {_amount(allowance)} left today."


def used_up_sentence(allowance: Allowance, *, needed: float, now: datetime) -> str:
    """Why an order is refused that needs so much."""
    need = f", and this needs about {math.ceil(needed):,}" if allowance.left else ""
    waits = ", with what waits counted" if allowance.waiting else ""
    return f"You have {_amount(allowance)} left today{waits}{need}; {_renewal(allowance, now)}."


def full_sentence(own: Places) -> str:
    """Why an order is refused where a person has as many jobs waiting as they may."""
    return f"Your queue is full: {_taken(own)}. One is free again as soon as a job of yours begins or is cancelled."


def full_in_all_sentence(in_all: Places) -> str:
    """Why an order is refused that the studio's queue has no places for."""
    return f"The studio's queue is full: {_taken(in_all)}. One is free again as soon as a job begins or is cancelled."


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds, so that it is over after them."""
    return max(1, math.ceil((moment - now).total_seconds()))


def _taken(places: Places) -> str:
    return f"{places.taken:,} of {places.limit:,} places are taken, {places.left:,} are left"


def _amount(allowance: Allowance) -> str:
    return f"{math.floor(allowance.left or 0):,} of {allowance.limit:,} GPU-seconds"


def _renewal(allowance: Allowance, now: datetime) -> str:
    at = allowance.renews_at.astimezone(timezone.get_default_timezone())
    return f"this renews at {at:%H:%M %Z} (in {_span(allowance.renews_at - now)})"


def _span(wait: timedelta) -> str:
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    return f"{round(minutes / 60)} h" if minutes > IN_MINUTES else f"{minutes} min"
