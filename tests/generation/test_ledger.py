"""The ledger of GPU time: every lease leaves one line, and the lines of a worker add up to the time it was held."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db.models import Sum
from django.utils import timezone

from aria_site.accounts.models import User
from generation.engine.contract import EngineError
from generation.models import GpuShare, GpuTime, Job
from generation.services import Claim, job_cancel, job_claim, job_fail, job_give_back, job_succeed
from generation.services.ledger import HALF_LIFE, gpu_time_end
from tests.support.reaping import reaped
from tests.support.rows import NOON, make_job

pytestmark = pytest.mark.django_db


def claim(worker: str = "gpu0/1") -> Claim:
    """The next job, claimed."""
    taken = job_claim(worker=worker, device="cpu", can_take=lambda _job: True)
    assert taken is not None
    return taken


def lines() -> list[tuple[float, bool]]:
    """The seconds of each line, oldest first, and whether it is closed."""
    return [(round(line.seconds, 3), line.ended_at is not None) for line in GpuTime.objects.order_by("pk")]


def give_back(taken: Claim) -> None:
    """End a lease as a stopping worker does."""
    job_give_back(taken)


def fail(taken: Claim) -> None:
    """End a lease with a reason."""
    job_fail(taken, EngineError("No.", code="no"))


def succeed(taken: Claim) -> None:
    """End a lease well."""
    job_succeed(taken, [], device="cpu")


def cancel(taken: Claim) -> None:
    """End a lease because its owner said so."""
    job_cancel(job=taken.job)


@pytest.mark.parametrize("end", [give_back, fail, succeed, cancel])
def test_however_a_lease_ends_its_line_is_closed_and_its_owner_charged(
    alice: User, end: Callable[[Claim], None]
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        make_job(alice)
        taken = claim()
        assert lines() == [(0, False)]
        clock.shift(7)

        end(taken)

    line = GpuTime.objects.get()
    assert (line.job, line.owner, line.worker, line.device) == (taken.job, alice, "gpu0/1", "cpu")
    assert lines() == [(7, True)]
    assert GpuShare.objects.get(owner=alice).seconds == pytest.approx(7)


def test_a_job_that_never_ran_costs_nothing(alice: User) -> None:
    job_cancel(job=make_job(alice))

    assert not GpuTime.objects.exists()
    assert not GpuShare.objects.exists()


def test_a_second_ending_is_not_charged_again(alice: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        make_job(alice)
        taken = claim()
        clock.shift(7)
        job_give_back(taken)
        clock.shift(7)

        gpu_time_end(taken.job.pk)
        job_give_back(taken)

    assert lines() == [(7, True)]


def test_what_a_dead_worker_held_is_counted_until_its_lease_ended(alice: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        make_job(alice)
        claim()
        clock.shift(100)

        assert reaped() == 1

    assert lines() == [(15, True)]


def test_each_attempt_has_its_line(alice: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        make_job(alice)
        for seconds in (3, 4):
            taken = claim()
            clock.shift(seconds)
            job_give_back(taken)

    assert lines() == [(3, True), (4, True)]
    assert GpuShare.objects.get(owner=alice).seconds == pytest.approx(7, rel=0.01)


def test_eight_jobs_painted_together_cost_an_eighth_each(alice: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(8):
            make_job(alice)
        held = [claim() for _ in range(8)]
        clock.shift(16)
        for taken in held:
            succeed(taken)

    assert lines() == [(2, True)] * 8


def test_company_that_comes_and_goes_is_shared_moment_by_moment_and_adds_up(alice: User, bob: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        make_job(alice)
        first = claim()
        clock.shift(10)
        make_job(bob, count=3)
        second = claim()
        clock.shift(8)
        succeed(first)
        clock.shift(5)
        succeed(second)

    assert lines() == [(10 + 8 / 4, True), (8 * 3 / 4 + 5, True)]
    assert GpuTime.objects.aggregate(Sum("seconds"))["seconds__sum"] == pytest.approx(23)


def test_workers_do_not_share_each_others_time(alice: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        make_job(alice)
        make_job(alice)
        held = [claim("gpu0/1"), claim("gpu1/1")]
        clock.shift(6)
        for taken in held:
            succeed(taken)

    assert lines() == [(6, True), (6, True)]


def test_a_job_that_was_deleted_under_its_lease_is_nobodys_company(alice: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        make_job(alice)
        claim()
        Job.objects.all().delete()
        make_job(alice)
        taken = claim()
        clock.shift(6)

        succeed(taken)

    assert lines() == [(0, False), (6, True)]


def test_what_was_used_counts_half_after_a_half_life(alice: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        make_job(alice)
        make_job(alice)
        first = claim()
        clock.shift(60)
        succeed(first)
        clock.shift(HALF_LIFE - timedelta(seconds=10))
        second = claim()
        clock.shift(10)

        succeed(second)

        share = GpuShare.objects.get(owner=alice)
        assert share.as_of == timezone.now()
    assert share.seconds == pytest.approx(60 / 2 + 10)


def test_a_clock_that_was_set_back_takes_nothing_from_anybody(alice: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        make_job(alice)
        taken = claim()
        clock.shift(-600)

        give_back(taken)

    assert lines() == [(0, True)]
