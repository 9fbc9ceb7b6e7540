"""Many at the door at once: as many get in as there are places."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from aria_site.accounts.models import User
from aria_site.kernel.problems import QueueFullError, QuotaUsedUpError
from generation.models import GpuDay, GpuTime, Job
from generation.services import job_retry, job_submit
from generation.specs import JobSpec
from generation.studio_days import day_of
from tests.support.recipes import make_recipe
from tests.support.rows import NOON, make_job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter_model", "rings")]

PLACES, AT_ONCE = 5, 12


def submit(owner: User) -> str:
    """Try to queue a job; tells how it went."""
    try:
        job_submit(owner=owner, spec=JobSpec(prompt="x"))
    except (QueueFullError, QuotaUsedUpError) as refusal:
        return refusal.code
    finally:
        connection.close()
    return "queued"


def retry(job: Job) -> str:
    """Try to queue a job again; tells how it went."""
    try:
        job_retry(job=job)
    except QueueFullError as refusal:
        return refusal.code
    finally:
        connection.close()
    return "queued"


@pytest.mark.parametrize("cap", ["QUEUE_PER_PERSON", "QUEUE_IN_ALL"])
def test_of_twelve_orders_at_once_five_find_a_place(settings: Settings, alice: User, cap: str) -> None:
    setattr(settings, cap, PLACES)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(submit, [alice] * AT_ONCE))

    assert sorted(told) == ["queue_full"] * (AT_ONCE - PLACES) + ["queued"] * PLACES
    assert Job.objects.count() == PLACES


def test_of_twelve_retries_at_once_five_find_a_place(settings: Settings, alice: User) -> None:
    settings.QUEUE_PER_PERSON = PLACES
    jobs = [make_job(alice, state=Job.State.CANCELLED) for _ in range(AT_ONCE)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(retry, jobs))

    assert sorted(told) == ["queue_full"] * (AT_ONCE - PLACES) + ["queued"] * PLACES
    assert Job.objects.filter(state=Job.State.QUEUED).count() == PLACES


def test_of_twelve_orders_at_once_as_many_are_taken_as_seconds_are_left(settings: Settings, alice: User) -> None:
    settings.GPU_SECONDS_PER_DAY = 600
    GpuDay.objects.create(owner=alice, day=day_of(timezone.now()), seconds=600 - 10 * PLACES - 1)
    painted = make_job(
        alice, state=Job.State.SUCCEEDED, recipe_data=make_recipe(width=256, height=256, steps=8).to_dict()
    )
    GpuTime.objects.create(
        job=painted, owner=alice, worker="gpu0/1", seconds=10, started_at=NOON, ended_at=NOON, pictures=1
    )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(submit, [alice] * AT_ONCE))

    assert sorted(told) == ["queued"] * PLACES + ["quota_used_up"] * (AT_ONCE - PLACES)


def test_of_two_equal_requests_for_the_last_place_both_get_the_one_job(settings: Settings, alice: User) -> None:
    settings.QUEUE_PER_PERSON = 1

    def ask(_: int) -> Job:
        try:
            return job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k")
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = set(pool.map(ask, range(AT_ONCE)))

    assert jobs == set(Job.objects.all())
    assert len(jobs) == 1
