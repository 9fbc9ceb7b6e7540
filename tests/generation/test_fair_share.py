"""Whose turn it is: who used least lately, then the more urgent, then the older; and nobody waits for a flood."""

import heapq
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db.models import Sum
from django.utils import timezone

from aria_site.accounts.models import User
from generation.models import GpuShare, GpuTime, Job
from generation.selectors import queue_of
from generation.services import Claim, job_claim, job_give_back, job_succeed
from tests.support.recipes import make_recipe
from tests.support.rows import NOON, make_job

pytestmark = pytest.mark.django_db

TEN_MINUTES = 600


def flood(owner: User, count: int, *, seconds: int = 1) -> None:
    """Queue jobs that take so long each."""
    recipe = make_recipe(steps=seconds)
    Job.objects.bulk_create(
        Job(
            owner=owner,
            recipe_data=recipe.to_dict(),
            recipe_fingerprint=recipe.fingerprint(),
            created_at=timezone.now() + timedelta(microseconds=number),
        )
        for number in range(count)
    )


def claim(worker: str = "gpu0/1") -> Claim:
    """The next job, claimed."""
    taken = job_claim(worker=worker, device="cpu", can_take=lambda _job: True)
    assert taken is not None
    return taken


def work(clock: time_machine.Traveller, workers: Sequence[str], *, seconds: float) -> list[Claim]:
    """Let workers paint for so long, each one job at a time and as many seconds as it has steps."""
    end = timezone.now() + timedelta(seconds=seconds)
    turns: list[tuple[datetime, int, str, Claim | None]] = []
    turns += [(timezone.now(), number, worker, None) for number, worker in enumerate(workers)]
    claimed: list[Claim] = []
    while turns:
        moment, number, worker, held = heapq.heappop(turns)
        if moment >= end:
            continue
        clock.move_to(moment)
        if held is not None:
            job_succeed(held, [], device="cpu")
        taken = claim(worker)
        claimed.append(taken)
        heapq.heappush(turns, (moment + timedelta(seconds=taken.job.recipe.steps), number, worker, taken))
    return claimed


def used(seconds: float, owner: User) -> None:
    """Let a person have used so much until now."""
    GpuShare.objects.create(owner=owner, seconds=seconds, as_of=timezone.now())


def claimed_in_turn(count: int) -> list[UUID]:
    """The next jobs, claimed one after another."""
    return [claim().job.pk for _ in range(count)]


def jain(amounts: Sequence[float]) -> float:
    """Jain's index: 1 where all have the same, 1/n where one has all."""
    return sum(amounts) ** 2 / (len(amounts) * sum(amount**2 for amount in amounts))


@pytest.mark.parametrize("workers", [["gpu0/1"], ["gpu0/1", "gpu1/1"]], ids=["one worker", "two workers"])
def test_three_people_with_jobs_of_all_sizes_get_the_same_time(
    alice: User, bob: User, mallory: User, workers: list[str]
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        flood(mallory, 450, seconds=3)
        flood(alice, 90, seconds=12)
        flood(bob, 40, seconds=40)

        work(clock, workers, seconds=TEN_MINUTES)

    shares = GpuTime.objects.values("owner").annotate(total=Sum("seconds")).values_list("total", flat=True)
    assert len(shares) == 3
    assert jain(list(shares)) >= 0.95


@pytest.mark.parametrize("away", [timedelta(days=8), timedelta(days=400)])
def test_who_comes_back_after_long_is_painted_like_somebody_new(alice: User, bob: User, away: timedelta) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        used(1000, alice)
        clock.shift(away)
        used(1, bob)
        theirs, hers = make_job(bob), make_job(alice)

        assert claimed_in_turn(2) == [hers.pk, theirs.pk]


def test_a_clock_that_was_set_back_by_weeks_lets_no_share_grow(alice: User, bob: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        used(30, alice)
        clock.shift(timedelta(days=-20))
        used(31, bob)
        theirs, hers = make_job(bob), make_job(alice)

        assert claimed_in_turn(2) == [hers.pk, theirs.pk]


def test_a_flood_delays_somebody_elses_single_job_by_two_jobs_at_most(alice: User, bob: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        flood(bob, 500, seconds=5)
        work(clock, ["gpu0/1"], seconds=21)
        make_job(alice, created_at=timezone.now())

        claimed = work(clock, ["gpu0/2"], seconds=20)

    owners = [taken.job.owner for taken in claimed]
    assert owners.index(alice) <= 2


def test_a_flood_does_not_fill_every_place_of_a_worker(alice: User, bob: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        flood(bob, 20)
        clock.shift(1)
        flood(alice, 20)

        owners = [claim().job.owner for _ in range(8)]

    assert [owner.username for owner in owners] == ["bob", "alice"] * 4


def test_who_used_less_lately_comes_first_though_they_came_later(alice: User, bob: User) -> None:
    older = make_job(bob)
    newer = make_job(alice)
    used(30, bob)
    used(20, alice)

    assert claimed_in_turn(2) == [newer.pk, older.pk]


def test_what_is_under_way_counts_before_it_is_in_the_ledger(alice: User, bob: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        running, waiting = make_job(bob, created_at=NOON), make_job(bob, created_at=NOON)
        assert claimed_in_turn(1)[0] in {running.pk, waiting.pk}
        used(20, alice)
        clock.shift(10)
        mine = make_job(alice, created_at=timezone.now())
        clock.shift(30)

        assert claimed_in_turn(1) == [mine.pk]


def test_what_was_used_long_ago_is_forgotten(alice: User, bob: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        used(900, bob)
        clock.shift(timedelta(hours=3))
        used(1, alice)
        later, first = make_job(alice, created_at=NOON), make_job(bob, created_at=timezone.now())

        assert claimed_in_turn(2) == [first.pk, later.pk]


def test_among_equals_the_more_urgent_and_then_the_older_job_is_first(alice: User, bob: User) -> None:
    oldest, older, urgent = make_job(alice), make_job(bob), make_job(bob, priority=1)

    assert claimed_in_turn(3) == [urgent.pk, oldest.pk, older.pk]


def test_a_step_of_priority_is_worth_a_minute_and_no_more(alice: User, bob: User) -> None:
    urgent, mine = make_job(bob, priority=1), make_job(alice)

    used(59, bob)
    assert claimed_in_turn(1) == [urgent.pk]

    Job.objects.update(state="queued", lease_token=None, lease_expires_at=None)
    GpuTime.objects.all().delete()
    GpuShare.objects.update(seconds=62, as_of=timezone.now())
    assert claimed_in_turn(1) == [mine.pk]


def test_the_queue_of_one_person_is_first_in_first_out(alice: User) -> None:
    jobs = [make_job(alice, created_at=NOON + timedelta(seconds=number)) for number in (3, 1, 2, 0)]

    assert claimed_in_turn(4) == [jobs[number].pk for number in (3, 1, 2, 0)]


def test_people_see_their_queue_in_the_order_in_which_it_is_claimed(alice: User, bob: User) -> None:
    for number, priority in enumerate((0, 2, 0, 1, 2)):
        make_job(alice, created_at=NOON + timedelta(seconds=number), priority=priority)
        make_job(bob, created_at=NOON)
    shown = [job.pk for job in queue_of(alice)]

    claimed = [pk for pk in claimed_in_turn(10) if pk in shown]

    assert claimed == shown


def test_what_is_given_back_keeps_its_place_among_its_owners_jobs(alice: User) -> None:
    first, second = (make_job(alice, created_at=NOON + timedelta(seconds=number)) for number in range(2))
    job_give_back(claim())

    assert claimed_in_turn(2) == [first.pk, second.pk]


def test_looks_further_down_where_none_of_the_next_few_will_do(alice: User) -> None:
    flood(alice, 20)
    wanted = make_job(alice, recipe_data=make_recipe(model="other").to_dict(), created_at=timezone.now())

    taken = job_claim(worker="gpu0/1", device="cpu", can_take=lambda job: job.recipe.model == "other")

    assert taken is not None
    assert taken.job == wanted
