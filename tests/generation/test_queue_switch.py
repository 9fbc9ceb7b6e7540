"""Pausing the whole queue: nothing new is taken, what runs is painted to its end, and one switch is one switch."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from aria_site.accounts.models import User
from generation.models import Job, QueuePause
from generation.selectors import jobs_wait, queue_pause_in_force
from generation.services import job_claim, job_succeed, queue_pause, queue_resume
from tests.support.rows import make_job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter_model", "rings")]


def claim(only: Job | None = None) -> Job | None:
    """The next job, claimed, if a worker gets one."""
    taken = job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True, only=only.pk if only else None)
    return taken.job if taken else None


def test_nothing_is_taken_while_it_is_paused(alice: User, admin: User) -> None:
    job = make_job(alice)
    assert jobs_wait()

    queue_pause(by=admin, reason="a new card goes in")

    assert (claim(), claim(only=job), jobs_wait()) == (None, None, False)
    queue_resume(by=admin)
    assert claim() == job


def test_what_is_being_painted_is_painted_to_its_end(alice: User, admin: User) -> None:
    make_job(alice)
    taken = job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True)
    assert taken is not None

    queue_pause(by=admin)
    job_succeed(taken, [], device="cpu")

    assert Job.objects.get().state == "succeeded"


def test_it_is_kept_who_paused_it_when_and_why_and_who_resumed_it(alice: User, admin: User) -> None:
    first = queue_pause(by=admin, reason="  a new\x00card\ngoes in ")
    second = queue_pause(by=alice, reason="mine")

    in_force = queue_pause_in_force()
    assert (in_force, second) == (first, None)
    assert in_force is not None
    assert (in_force.paused_by, in_force.reason) == (admin, "a new card goes in")

    assert [queue_resume(by=alice), queue_resume(by=alice)] == [True, False]
    ended = QueuePause.objects.get()
    assert (ended.in_force, ended.resumed_by) == (False, alice)
    assert ended.resumed_at is not None
    assert queue_pause_in_force() is None


def test_resuming_rings(admin: User, rings: list[str]) -> None:
    queue_pause(by=admin)
    assert rings == []

    queue_resume(by=admin)

    assert rings == ["generation.ring"]


def test_of_many_who_press_at_once_one_pauses_it(admin: User) -> None:
    def press(number: int) -> bool:
        paused = queue_pause(by=admin, reason=str(number)) is not None
        connection.close()
        return paused

    with ThreadPoolExecutor(6) as pool:
        pressed = list(pool.map(press, range(6)))

    assert sorted(pressed) == [False] * 5 + [True]
    assert QueuePause.objects.count() == 1
