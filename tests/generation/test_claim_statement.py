"""The statement that says whose turn it is: it reads a handful of rows through its index, however long the queue is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from aria_site.accounts.models import User
from generation.models import Job
from generation.services.claim_statement import CLAIM_STATEMENTS, claim_parameters
from generation.services.claiming import jobs_in_turn
from tests.support.recipes import make_recipe

pytestmark = pytest.mark.django_db

MANY = 3000


def fill(owner: User, count: int) -> None:
    """Queue jobs, a millisecond apart."""
    recipe, now = make_recipe(), timezone.now()
    data, fingerprint = recipe.to_dict(), recipe.fingerprint()
    Job.objects.bulk_create(
        Job(
            owner=owner,
            recipe_data=data,
            recipe_fingerprint=fingerprint,
            created_at=now + timedelta(milliseconds=number),
        )
        for number in range(count)
    )


def plan() -> list[str]:
    """How the database goes about the statement, a line a step."""
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(explain + CLAIM_STATEMENTS[connection.vendor], claim_parameters(now=timezone.now(), limit=6))
        return [str(row[-1]) for row in cursor.fetchall()]


def test_the_queue_is_read_through_its_index_alone(alice: User, bob: User) -> None:
    fill(alice, MANY)
    Job.objects.update(state=Job.State.SUCCEEDED)
    Job.objects.filter(state=Job.State.QUEUED).update(held=True)
    fill(alice, MANY)
    fill(bob, 1)

    steps = plan()

    found_by = [step for step in steps if "generation_job" in step or " job " in step or " own " in step]
    assert sum("job_in_turn" in step for step in found_by) >= 2
    by_another = [step for step in found_by if "job_in_turn" not in step]
    assert len(by_another) == len([step for step in by_another if "pkey" in step or "(id=?)" in step]) <= 2


def test_asks_one_query_and_brings_no_more_than_was_asked_for(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill(alice, 20)
    fill(bob, 20)

    with django_assert_num_queries(1):
        queue = jobs_in_turn(timezone.now(), limit=6)

    assert [job.owner_id for job in queue] == [alice.pk, bob.pk] * 3
