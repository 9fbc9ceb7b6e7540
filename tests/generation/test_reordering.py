"""Putting jobs in order: the claim follows it, nobody else's turn changes, and two tabs at once do no harm."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from aria_site.accounts.models import User
from generation.models import Job
from generation.selectors import queue_of
from generation.services import (
    job_claim,
    job_move,
    job_move_before,
    job_prioritise,
    job_submit,
)
from generation.services.claiming import PATIENCE, jobs_in_turn
from generation.specs import JobSpec
from tests.support.rows import NOON, make_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "rings")]


def line(owner: User, length: int, *, apart: timedelta = timedelta(seconds=1)) -> list[Job]:
    """So many jobs that wait, the oldest first."""
    began = timezone.now() - length * apart
    return [make_job(owner, created_at=began + number * apart) for number in range(length)]


def shown(owner: User, jobs: list[Job]) -> list[int]:
    """The person's line as they see it, each job by its number among these; it is the order of the claim as well."""
    order = [job.pk for job in queue_of(owner)]
    in_turn = [job.pk for job in jobs_in_turn(timezone.now(), limit=100) if job.owner_id == owner.pk]
    assert in_turn == order
    numbers = [job.pk for job in jobs]
    return [numbers.index(pk) for pk in order]


def claim_all() -> list[Job]:
    """Everything that waits, in the order in which a worker gets it."""
    taken = []
    while claim := job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True):
        taken.append(claim.job)
    return taken


@pytest.mark.parametrize(
    ("to", "order"),
    [("front", [2, 0, 1, 3]), ("up", [0, 2, 1, 3]), ("down", [0, 1, 3, 2]), ("back", [0, 1, 3, 2])],
)
def test_a_job_goes_where_it_is_sent(alice: User, to: str, order: list[int]) -> None:
    jobs = line(alice, 4)

    assert job_move(job=jobs[2], to=to)  # type: ignore[arg-type]  # parametrised

    assert shown(alice, jobs) == order
    assert claim_all() == [jobs[number] for number in order]


@pytest.mark.parametrize(("number", "to"), [(0, "front"), (0, "up"), (2, "down"), (2, "back")])
def test_who_stands_there_already_stays_and_nothing_is_written(alice: User, number: int, to: str) -> None:
    jobs = line(alice, 3)

    assert job_move(job=jobs[number], to=to)  # type: ignore[arg-type]  # parametrised

    assert shown(alice, jobs) == [0, 1, 2]
    assert not Job.objects.exclude(line_at=None).exists()


def test_a_job_goes_before_another_one(alice: User) -> None:
    jobs = line(alice, 4)

    assert job_move_before(job=jobs[3], other=jobs[1])
    assert job_move_before(job=jobs[0], other=jobs[2])
    assert job_move_before(job=jobs[2], other=jobs[2])

    assert shown(alice, jobs) == [3, 1, 0, 2]


def test_paused_jobs_keep_their_place_and_can_be_moved(alice: User) -> None:
    jobs = line(alice, 3)
    Job.objects.filter(pk=jobs[2].pk).update(held=True)

    job_move(job=jobs[2], to="front")

    assert [job.pk for job in queue_of(alice)] == [jobs[2].pk, jobs[0].pk, jobs[1].pk]


def test_what_is_queued_later_goes_behind_what_was_sent_to_the_back(alice: User) -> None:
    jobs = line(alice, 2)
    job_move(job=jobs[0], to="back")

    jobs.append(job_submit(owner=alice, spec=JobSpec(prompt="a cat")))

    assert shown(alice, jobs) == [1, 0, 2]


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(microseconds=1), timedelta(seconds=1)], ids=str)
def test_there_is_always_room_between_two_jobs(alice: User, apart: timedelta) -> None:
    jobs = line(alice, 4, apart=apart)
    expected = [number for number, _ in enumerate(jobs)]
    jobs.sort(key=lambda job: (job.created_at, job.pk))

    for turn in range(60):
        moved = expected.pop(2 + turn % 2)
        expected.insert(1, moved)
        assert job_move_before(job=jobs[moved], other=jobs[expected[2]])
        assert shown(alice, jobs) == expected


def test_spreading_the_line_puts_nobody_into_the_future(alice: User) -> None:
    jobs = line(alice, 3, apart=timedelta(0))
    job_move_before(job=jobs[2], other=jobs[0])
    job_move_before(job=jobs[0], other=jobs[1])

    jobs.append(job_submit(owner=alice, spec=JobSpec(prompt="a cat")))

    assert shown(alice, jobs)[-1] == 3
    assert all(job.stands_at <= timezone.now() for job in queue_of(alice))


@pytest.mark.parametrize("state", ["running", "succeeded", "failed", "cancelled"])
def test_only_what_waits_is_moved(alice: User, state: str) -> None:
    lease = {"lease_token": "6a3f0e43-7f0c-4b0c-9d57-6d2f0d1f0a01", "lease_expires_at": timezone.now()}
    job, waiting = make_job(alice, state=state, **(lease if state == "running" else {})), make_job(alice)

    answers = [
        job_move(job=job, to="front"),
        job_move(job=job, to="down"),
        job_move_before(job=job, other=waiting),
        job_move_before(job=waiting, other=job),
        job_prioritise(job=job, priority=1),
    ]

    assert answers == [False] * 5
    assert list(Job.objects.values_list("line_at", "priority")) == [(None, 0), (None, 0)]


def test_jobs_of_two_people_or_two_priorities_are_not_put_in_order(alice: User, bob: User) -> None:
    job, urgent, of_bob = make_job(alice), make_job(alice, priority=1), make_job(bob)

    assert [job_move_before(job=job, other=other) for other in (urgent, of_bob)] == [False, False]
    assert not Job.objects.exclude(line_at=None).exists()


def test_turns_between_people_stay_what_they_were(alice: User, bob: User) -> None:
    mine, others = line(alice, 4), line(bob, 4)
    before = [job.owner_id for job in jobs_in_turn(timezone.now(), limit=8)]

    for to in ("front", "up", "back"):
        job_move(job=mine[2], to=to)
    job_move(job=mine[3], to="front")

    in_turn = jobs_in_turn(timezone.now(), limit=8)
    assert sorted(before[:4]) == sorted(job.owner_id for job in in_turn[:4])
    assert [job for job in in_turn if job.owner_id == bob.pk] == others
    assert [job for job in in_turn if job.owner_id == alice.pk] == [mine[3], mine[0], mine[1], mine[2]]


def test_no_preference_of_a_worker_undoes_an_order_that_somebody_wanted(alice: User) -> None:
    jobs = line(alice, 3, apart=PATIENCE / 10)
    job_move(job=jobs[2], to="front")

    claim = job_claim(
        worker="gpu0/1", device="cpu", can_take=lambda _job: True, prefers=lambda job: job.pk == jobs[1].pk
    )

    assert claim is not None
    assert claim.job == jobs[2]


def test_an_urgent_job_goes_before_the_others_and_rings(alice: User, bob: User) -> None:
    jobs, of_bob = line(alice, 2), make_job(bob, created_at=NOON)

    assert job_prioritise(job=jobs[1], priority=5)

    assert claim_all() == [jobs[1], of_bob, jobs[0]]


@pytest.mark.django_db(transaction=True)
def test_many_who_move_at_once_leave_a_line_that_holds_every_job_once(alice: User) -> None:
    jobs = line(alice, 8, apart=timedelta(microseconds=1))

    def shuffle(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(10):
            job, other = dice.sample(jobs, 2)
            assert job_move_before(job=job, other=other)
            assert job_move(job=other, to=dice.choice(["front", "back", "up", "down"]))
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(shuffle, range(4)))

    assert sorted(shown(alice, jobs)) == list(range(8))
    moments = [job.stands_at for job in queue_of(alice)]
    assert moments == sorted(set(moments))


@pytest.mark.django_db(transaction=True)
def test_a_job_that_a_worker_took_meanwhile_is_not_moved(alice: User) -> None:
    jobs = line(alice, 3)
    taken = job_claim(worker="gpu0/1", device="cpu", can_take=lambda job: job.pk == jobs[2].pk, only=jobs[2].pk)
    assert taken is not None

    assert not job_move(job=jobs[2], to="front")

    assert shown_of_waiting(alice) == [jobs[0].pk, jobs[1].pk]


def shown_of_waiting(owner: User) -> list[object]:
    """What waits, in order."""
    return [job.pk for job in queue_of(owner).filter(state=Job.State.QUEUED)]
