"""Whatever workers do and suffer: the lines of each add up to the seconds in which it held anything."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aria_site.accounts.models import User
from generation.models import GpuDay, GpuShare, GpuTime, Job
from generation.services import (
    Claim,
    LeaseWatch,
    job_cancel,
    job_claim,
    job_give_back,
    job_succeed,
    jobs_reap,
    leases_renew,
)
from generation.services.claiming import LEASE
from tests.support.rows import make_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rings")]

WORKERS = 3
LATE_AT_NIGHT = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
"""So that many a lease lies over midnight."""

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["claim", "claim", "claim", "succeed", "give back", "cancel", "kill", "reap"]),
        st.integers(0, WORKERS - 1),
        st.integers(0, 7),
        st.integers(0, 9_000).map(lambda milliseconds: timedelta(milliseconds=milliseconds)),
    ),
    min_size=5,
    max_size=30,
)
PICTURES = st.lists(st.integers(1, 9), min_size=1, max_size=8)


class Studio:
    """Workers that claim, end, give back and die; keeps by itself when each of them held anything."""

    def __init__(self) -> None:
        self.boots = count()
        self.names = [f"gpu{number}/{next(self.boots)}" for number in range(WORKERS)]
        self.held: dict[str, list[Claim]] = defaultdict(list)
        self.spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self.since: dict[Claim, datetime] = {}
        self.dead: dict[str, datetime] = {}
        """Workers that died, and when their leases end."""
        self.watch = LeaseWatch(clock=lambda: timezone.now().timestamp())

    def claim(self, name: str, _: int) -> None:
        """Take the next job, if one waits."""
        taken = job_claim(worker=name, device="cpu", can_take=lambda _job: True)
        if taken:
            self.held[name].append(taken)
            self.since[taken] = timezone.now()

    def end(self, name: str, which: int, how: str) -> None:
        """End a lease, if one is held."""
        if not self.held[name]:
            return
        claim = self.held[name].pop(which % len(self.held[name]))
        if how == "succeed":
            job_succeed(claim, [], device="cpu")
        elif how == "give back":
            job_give_back(claim)
        else:
            job_cancel(job=claim.job)
        self.spans[name].append((self.since[claim], timezone.now()))

    def kill(self, number: int) -> None:
        """Let a worker die; another boot takes its place."""
        name = self.names[number]
        self.dead[name] = timezone.now() + LEASE
        self.names[number] = f"gpu{number}/{next(self.boots)}"

    def pass_time(self, clock: time_machine.Traveller, span: timedelta) -> None:
        """Let time pass; the living renew their leases and the reaper looks after the dead, each second."""
        end = timezone.now() + span
        while timezone.now() < end:
            clock.shift(min(timedelta(seconds=1), end - timezone.now()))
            self.renew()
            self.reap()

    def renew(self) -> None:
        """What the beat threads of living workers do."""
        living = [claim.token for name in self.names for claim in self.held[name]]
        assert leases_renew(living) == set()

    def reap(self) -> None:
        """What the reaper does, and what it means for the spans."""
        jobs_reap(self.watch)
        for name, until in list(self.dead.items()):
            if timezone.now() > until:
                del self.dead[name]
                self.spans[name] += [(self.since[claim], until) for claim in self.held.pop(name, [])]

    def seconds_held(self, name: str) -> float:
        """The seconds in which a worker held anything."""
        total, covered = 0.0, datetime.min.replace(tzinfo=UTC)
        for began, ended in sorted(self.spans[name]):
            total += max(0.0, (ended - max(began, covered)).total_seconds())
            covered = max(covered, ended)
        return total


def play(studio: Studio, events: list[tuple[str, int, int, timedelta]], clock: time_machine.Traveller) -> None:
    """Let everything happen, and then everything end."""
    for what, worker, which, wait in events:
        name = studio.names[worker]
        if what == "claim":
            studio.claim(name, which)
        elif what == "kill":
            studio.renew()
            studio.kill(worker)
        elif what == "reap":
            studio.reap()
        else:
            studio.end(name, which, what)
        studio.pass_time(clock, wait)
    for name in studio.names:
        while studio.held[name]:
            studio.end(name, 0, "succeed")
    studio.pass_time(clock, LEASE + timedelta(seconds=1))


@pytest.mark.slow
@pytest.mark.timeout(180)
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    # Making a schedule that fails shorter takes minutes: each step of it is some twenty transactions.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=EVENTS, pictures=PICTURES)
def test_lines_add_up_to_worker_seconds_over_any_schedule_with_kills_and_give_backs(
    alice: User, bob: User, events: list[tuple[str, int, int, timedelta]], pictures: list[int]
) -> None:
    with transaction.atomic(), time_machine.travel(LATE_AT_NIGHT, tick=False) as clock:
        for number, asked in enumerate(pictures):
            make_job((alice, bob)[number % 2], count=asked, keep=asked)
        studio = Studio()

        play(studio, events, clock)

        lines = GpuTime.objects.values_list("worker").annotate(total=Sum("seconds")).order_by()
        held = {name: studio.seconds_held(name) for name, spans in studio.spans.items() if spans}
        assert not GpuTime.objects.filter(ended_at=None).exists()
        assert dict(lines) == pytest.approx(held, abs=1e-3)
        assert sums_of(GpuDay) == pytest.approx(sums_of(GpuTime), abs=1e-6)
        transaction.set_rollback(True)


def sums_of(model: type[GpuDay] | type[GpuTime]) -> dict[int, float]:
    """Seconds by owner; whoever used none is not there."""
    sums = model.objects.filter(seconds__gt=0).values_list("owner").annotate(total=Sum("seconds")).order_by()
    return dict(sums)


def test_the_test_itself_sees_a_worker_that_held_two_jobs_at_once(alice: User) -> None:
    with time_machine.travel(LATE_AT_NIGHT, tick=False) as clock:
        for _ in range(2):
            make_job(alice)
        studio = Studio()
        three = timedelta(seconds=3)

        play(studio, [("claim", 0, 0, three), ("claim", 0, 0, three), ("kill", 0, 0, three)], clock)

    assert studio.seconds_held("gpu0/0") == pytest.approx(6 + LEASE.total_seconds())
    assert Job.objects.filter(state=Job.State.QUEUED).count() == 2
    assert GpuShare.objects.exists()
