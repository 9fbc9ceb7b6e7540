"""Many workers after the same jobs: each job goes to exactly one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from aria_site.accounts.models import User
from generation.models import Job
from generation.services import job_claim, job_submit
from generation.specs import JobSpec

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter_model")]

JOBS, WORKERS = 24, 8


def claims_of(worker: int) -> list[UUID]:
    """Everything one worker gets until nothing is left."""
    taken = []
    while claim := job_claim(worker=f"gpu{worker}/1", device="cpu", can_take=lambda _job: True):
        taken.append(claim.job.pk)
    connection.close()
    return taken


def test_every_job_is_claimed_exactly_once(alice: User) -> None:
    for number in range(JOBS):
        job_submit(owner=alice, spec=JobSpec(prompt=f"cat {number}"))

    with ThreadPoolExecutor(WORKERS) as pool:
        claimed = Counter(pk for taken in pool.map(claims_of, range(WORKERS)) for pk in taken)

    assert claimed == dict.fromkeys(Job.objects.values_list("pk", flat=True), 1)
    assert set(Job.objects.values_list("state", flat=True)) == {"running"}
