"""The reaper for tests that wait for nothing."""

from generation.services import LeaseWatch, jobs_reap_by_hand
from tests.support.steady_clock import SteadyClock


def reaped() -> int:
    """How many jobs it takes back that nobody renews while it looks twice."""
    steady = SteadyClock()
    return jobs_reap_by_hand(LeaseWatch(steady.read), rest=steady.shift).requeued
