"""Pausing and resuming: what waits is passed by, what is being painted lets go and goes on later, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from aria_site.accounts.models import User
from generation.models import GpuTime, Job
from generation.selectors import jobs_wait
from generation.services import (
    Claim,
    job_begin,
    job_cancel,
    job_claim,
    job_give_back,
    job_pause,
    job_progress_note,
    job_resume,
    job_retry,
    job_succeed,
    jobs_cancel_all,
    jobs_pause_all,
    jobs_reap,
    jobs_resume_all,
    leases_renew,
)
from generation.services.endings import LeaseLostError
from tests.support.rows import make_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model")]


def claim(only: Job | None = None) -> Claim | None:
    """The next job, claimed, if there is one."""
    return job_claim(worker="gpu0/1", device="cpu", can_take=lambda _job: True, only=only.pk if only else None)


def claimed() -> Claim:
    """The next job, claimed."""
    taken = claim()
    assert taken is not None
    return taken


def begun() -> Claim:
    """The next job, claimed and taken up by the device."""
    taken = claimed()
    job_begin(taken, stage="step")
    return taken


def in_state(owner: User, state: str) -> Job:
    """A job of this person that stands so."""
    lease = {"lease_token": "6a3f0e43-7f0c-4b0c-9d57-6d2f0d1f0a01", "lease_expires_at": timezone.now()}
    if state == "paused":
        return make_job(owner, held=True)
    return make_job(owner, state=state, **(lease if state == "running" else {}))


def standing(job: Job) -> tuple[str, bool]:
    """State and whether it is paused, as the database has it."""
    return Job.objects.values_list("state", "held").get(pk=job.pk)


def test_no_worker_takes_a_paused_job_and_all_others_are_taken(alice: User) -> None:
    paused, waiting = make_job(alice), make_job(alice)

    assert job_pause(job=paused)

    assert claimed().job == waiting
    assert claim() is None
    assert claim(only=paused) is None
    assert standing(paused) == ("queued", True)


def test_a_resumed_job_stands_where_it_stood(alice: User) -> None:
    first, second = make_job(alice), make_job(alice)
    job_pause(job=first)

    assert job_resume(job=first)

    assert [claimed().job, claimed().job] == [first, second]


@pytest.mark.django_db(transaction=True)
def test_resuming_rings_and_pausing_does_not(alice: User, rings: list[str]) -> None:
    job = make_job(alice)

    job_pause(job=job)
    assert rings == []
    job_resume(job=job)

    assert rings == ["generation.ring"]


def test_pausing_what_is_being_painted_takes_it_from_its_worker(alice: User) -> None:
    job = make_job(alice)
    taken = claimed()
    job_progress_note(taken, progress=0.4, stage="step")

    assert job_pause(job=job)

    job.refresh_from_db()
    assert (job.state, job.held, job.lease_token, job.stage, job.progress) == ("queued", True, None, "", 0.4)
    assert leases_renew([taken.token]) == {taken.token}
    assert not job_progress_note(taken, progress=0.5, stage="step")
    assert not job_give_back(taken)
    with pytest.raises(LeaseLostError):
        job_succeed(taken, [], device="cpu")
    assert standing(job) == ("queued", True)


def test_what_a_painting_cost_until_it_was_paused_is_counted(alice: User) -> None:
    job = make_job(alice)
    claimed()
    GpuTime.objects.update(started_at=timezone.now() - timedelta(seconds=10))

    job_pause(job=job)

    line = GpuTime.objects.get()
    assert line.ended_at is not None
    assert 10 <= line.seconds < 11


def test_pauses_are_no_attempts_in_vain(alice: User) -> None:
    job = make_job(alice)
    for _ in range(5):
        begun()
        job_pause(job=job)
        job_resume(job=job)
    taken = begun()

    job_give_back(taken)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 1)


def test_a_pause_forgives_no_earlier_attempt(alice: User) -> None:
    job = make_job(alice)
    for _ in range(2):
        job_give_back(begun())
    begun()
    job_pause(job=job)
    job_resume(job=job)

    job_give_back(begun())

    assert standing(job) == ("failed", False)


@pytest.mark.parametrize(
    ("state", "paused", "resumed"),
    [
        ("queued", True, False),
        ("running", True, False),
        ("paused", False, True),
        ("succeeded", False, False),
        ("failed", False, False),
        ("cancelled", False, False),
    ],
)
def test_each_state_allows_what_it_allows(alice: User, state: str, paused: bool, resumed: bool) -> None:
    one, other = in_state(alice, state), in_state(alice, state)

    assert (job_pause(job=one), job_resume(job=other)) == (paused, resumed)

    before = ("queued", True) if state == "paused" else (state, False)
    assert standing(one) == (("queued", True) if paused else before)
    assert standing(other) == (("queued", False) if resumed else before)


def test_a_paused_job_can_be_stopped_and_queued_again(alice: User) -> None:
    job = make_job(alice, held=True)

    assert job_cancel(job=job)
    assert standing(job) == ("cancelled", False)

    assert job_retry(job=job)
    assert standing(job) == ("queued", False)


@pytest.mark.parametrize("state", ["running", "succeeded", "failed", "cancelled"])
def test_the_database_itself_lets_only_waiting_jobs_be_paused(alice: User, state: str) -> None:
    job = in_state(alice, state)

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(held=True)


def test_all_of_ones_own_waiting_jobs_are_paused_and_resumed(alice: User, bob: User) -> None:
    running = make_job(alice)
    claimed()
    waiting, paused, over = make_job(alice), make_job(alice, held=True), make_job(alice, state=Job.State.FAILED)
    of_bob = make_job(bob)

    assert jobs_pause_all(owner=alice) == [waiting.pk]
    standings = [standing(job) for job in (running, waiting, paused, over, of_bob)]
    assert standings == [("running", False), ("queued", True), ("queued", True), ("failed", False), ("queued", False)]

    assert set(jobs_resume_all(owner=alice)) == {waiting.pk, paused.pk}
    assert not Job.objects.filter(held=True).exists()


def test_all_of_ones_own_unfinished_jobs_are_stopped(alice: User, bob: User) -> None:
    running = make_job(alice)
    claimed()
    waiting, paused = make_job(alice), make_job(alice, held=True)
    over, of_bob = make_job(alice, state=Job.State.SUCCEEDED), make_job(bob)

    assert set(jobs_cancel_all(owner=alice)) == {running.pk, waiting.pk, paused.pk}

    standings = [standing(job) for job in (running, waiting, paused, over, of_bob)]
    assert standings == [("cancelled", False)] * 3 + [("succeeded", False), ("queued", False)]
    assert not GpuTime.objects.filter(ended_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_the_reaper_rings_for_nothing_that_is_paused(alice: User, rings: list[str]) -> None:
    make_job(alice, held=True)

    jobs_reap()

    assert not jobs_wait()
    assert rings == []


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_paused_while_workers_claim_is_theirs_or_paused_and_never_both(alice: User) -> None:
    jobs = [make_job(alice) for _ in range(16)]

    def pause_each(_: int) -> list[UUID]:
        paused = [job.pk for job in jobs if job_pause(job=job)]
        connection.close()
        return paused

    def claim_all(number: int) -> list[UUID]:
        taken = []
        while held := job_claim(worker=f"gpu{number}/1", device="cpu", can_take=lambda _job: True):
            taken.append(held.job.pk)
        connection.close()
        return taken

    with ThreadPoolExecutor(4) as pool:
        pausing = [pool.submit(pause_each, number) for number in range(2)]
        claiming = [pool.submit(claim_all, number) for number in range(2)]
        paused = [pk for future in pausing for pk in future.result()]
        taken = [pk for future in claiming for pk in future.result()]

    assert sorted(paused) == sorted(job.pk for job in jobs)
    assert len(taken) == len(set(taken))
    assert set(Job.objects.values_list("state", "held", "lease_token")) == {("queued", True, None)}
    assert not GpuTime.objects.filter(ended_at=None).exists()
