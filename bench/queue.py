"""Claim: a full queue costs the next claim no more than a single job, and a flood keeps nobody else waiting.

- claiming with 10,000 queued by one person / with 1 queued: at most 1.5;
- claiming with 9,999 queued by one person and 1 by another / with 1 queued: at most 1.5;
- jobs claimed before the single job of somebody who comes after a flood of 10,000: at most 2;
- Jain's index of the time that two people get of one worker in ten minutes, one with a flood of short jobs, the other
  with long ones: at least 0.95.

Nothing is painted: claims, endings, database and Valkey are real, and time is processor time. For the last figure a
clock of its own goes by, and the ledger tells what each person got.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING
from unittest import mock

from bench.measuring import at_least, at_most, ratio_of, turns
from bench.reporting import Report, run_script
from bench.studio import queue_job, temporary_studio

if TYPE_CHECKING:
    from aria_site.accounts.models import User
    from generation.services import Claim

FULL = 10_000
CLAIMS, PAIRS = 20, 15
"""One claim takes a few milliseconds of processor, so several are made each time."""
SHORT_S, LONG_S = 4, 30
TEN_MINUTES = timedelta(minutes=10)


def measure(report: Report, device: str) -> None:
    """A full queue against one job, then a flood beside somebody else."""
    with temporary_studio():
        flood, other = _person("flood"), _person("other")
        for name, owners in {"one_person": [flood] * FULL, "two_people": [flood] * (FULL - 1) + [other]}.items():
            _queue_anew(owners)
            times = [_full_and_single(full_first=full_first) for full_first in (True, *turns(PAIRS))][1:]
            report.goal(f"claim_beside_10000_of_{name}_over_1", ratio_of(times), at_most(1.5))
            report.figure(f"claim_beside_10000_of_{name}", median(full for full, _ in times) / CLAIMS * 1000, "ms")
        _queue_anew([flood] * FULL)
        report.goal("jobs_before_a_single_one_after_a_flood", _jobs_before(flood, other), at_most(2))
        _queue_anew([flood] * 400 + [other] * 40)
        report.goal("jain_index_beside_a_flood", _jain(_seconds_of_each(flood)), at_least(0.95))


def _full_and_single(*, full_first: bool) -> tuple[float, float]:
    """Seconds of some claims with everything queued, and with one job alone."""
    if full_first:
        full = _seconds_of_claims()
        with _all_but_one_aside():
            return full, _seconds_of_claims()
    with _all_but_one_aside():
        single = _seconds_of_claims()
    return _seconds_of_claims(), single


def _seconds_of_claims() -> float:
    """Claim several times; each job is ended and queued again, which is not counted."""
    from generation.models import Job

    spent = 0.0
    for _ in range(CLAIMS):
        started = time.process_time()
        claim = _claim()
        spent += time.process_time() - started
        _end(claim)
        Job.objects.filter(pk=claim.job.pk).update(state=Job.State.QUEUED, finished_at=None)
    return spent


@contextmanager
def _all_but_one_aside() -> Iterator[None]:
    from generation.models import Job

    stays = Job.objects.filter(state=Job.State.QUEUED).latest("created_at").pk
    Job.objects.exclude(pk=stays).update(state=Job.State.CANCELLED)
    yield
    Job.objects.update(state=Job.State.QUEUED)


def _jobs_before(flood: "User", other: "User") -> int:
    """How many jobs of a flood are claimed before the one that somebody queues while it is being painted."""
    for _ in range(3):
        _end(_claim())
    single = queue_job(other).pk
    before = 0
    while (claim := _claim()).job.pk != single:
        _end(claim)
        before += 1
    _end(claim)
    return before


def _seconds_of_each(flood: "User") -> list[float]:
    """Let ten minutes go by on one worker, and read from the ledger what each person got of them."""
    from django.db.models import Sum
    from django.utils import timezone

    from generation.models import GpuTime

    now = timezone.now()
    end = now + TEN_MINUTES

    def clock() -> datetime:
        return now

    with mock.patch("django.utils.timezone.now", clock):
        while now < end:
            claim = _claim()
            now += timedelta(seconds=SHORT_S if claim.job.owner == flood else LONG_S)
            _end(claim)
    totals = GpuTime.objects.values("owner").annotate(total=Sum("seconds"))
    return [row["total"] for row in totals.order_by("owner")]


def _jain(amounts: Sequence[float]) -> float:
    """1 where all have the same, 1/n where one has all."""
    return sum(amounts) ** 2 / (len(amounts) * sum(amount**2 for amount in amounts))


def _claim() -> "Claim":
    from generation.services import job_claim

    claim = job_claim(worker="bench/1", device="cpu", can_take=lambda job: bool(job.recipe.model))
    if claim is None:
        raise RuntimeError("Nothing was claimable although jobs were queued.")
    return claim


def _end(claim: "Claim") -> None:
    from generation.services import job_succeed

    job_succeed(claim, [], device="cpu")


def _queue_anew(owners: "Sequence[User]") -> None:
    """Leave nothing but one queued job for each mention of a person, and nobody with a past."""
    from generation.models import GpuShare, GpuTime, Job

    for rows in (Job.objects.all(), GpuTime.objects.all(), GpuShare.objects.all()):
        rows.delete()
    pattern = queue_job(owners[0])
    pattern.delete()
    began = datetime.now(UTC) - timedelta(seconds=len(owners))
    Job.objects.bulk_create(
        Job(
            owner=owner,
            recipe_data=pattern.recipe_data,
            recipe_fingerprint=pattern.recipe_fingerprint,
            created_at=began + timedelta(seconds=number),
        )
        for number, owner in enumerate(owners)
    )


def _person(name: str) -> "User":
    from aria_site.accounts.models import User

    return User.objects.create(username=name)


if __name__ == "__main__":
    run_script(__file__, measure)
