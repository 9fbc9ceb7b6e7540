"""What programs are told of quotas, and how they are refused."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from pytest_django import Settings

from aria_site.accounts.models import User
from generation.models import GpuDay, Job
from generation.studio_days import day_of
from tests.support.programs import Program
from tests.support.rows import NOON, make_job

ProgramOf = Callable[..., Program]


def test_a_key_reads_what_its_person_may_use_and_what_is_left(
    settings: Settings, program_of: ProgramOf, alice: User, bob: User
) -> None:
    settings.GPU_SECONDS_PER_DAY = 600
    with time_machine.travel(NOON, tick=False):
        GpuDay.objects.create(owner=alice, day=day_of(NOON), seconds=480.54)
        GpuDay.objects.create(owner=alice, day=day_of(NOON - timedelta(days=1)), seconds=500)
        make_job(alice)
        make_job(bob)

        told = program_of(alice, "read").get("/me/quota").json()

    assert told == {
        "gpu_seconds": {
            "limit": 600,
            "used": 480.5,
            "under_way": 0.0,
            "waiting": 0.0,
            "left": 119.5,
            "renews_at": "2026-03-02T00:00:00Z",
        },
        "waiting": {"limit": 50, "taken": 1, "left": 49},
        "waiting_in_all": {"limit": 500, "taken": 2, "left": 498},
    }


def test_without_a_limit_there_is_nothing_left_to_count(settings: Settings, program_of: ProgramOf, alice: User) -> None:
    settings.QUEUE_PER_PERSON = settings.QUEUE_IN_ALL = 0

    told = program_of(alice).get("/me/quota").json()

    assert (told["gpu_seconds"]["limit"], told["gpu_seconds"]["left"]) == (None, None)
    assert told["waiting"] == told["waiting_in_all"] == {"limit": None, "taken": 0, "left": None}


def test_an_order_over_the_quota_is_a_problem_that_says_when_to_come_back(
    settings: Settings, program_of: ProgramOf, alice: User, rings: list[str]
) -> None:
    settings.GPU_SECONDS_PER_DAY = 600
    with time_machine.travel(NOON, tick=False):
        GpuDay.objects.create(owner=alice, day=day_of(NOON), seconds=600)

        answer = program_of(alice).post("/jobs", {"prompt": "x"})

    told = answer.json()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(12 * 3600))
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (told["code"], told["title"]) == ("quota_used_up", "Today's GPU-seconds do not reach for this.")
    assert told["detail"] == "You have 0 of 600 GPU-seconds left today; this renews at 00:00 UTC (in 12 h)."
    assert Job.objects.count() == 0
    assert rings == []


def test_a_full_queue_refuses_new_jobs_and_retries_alike(
    settings: Settings, program_of: ProgramOf, alice: User, rings: list[str]
) -> None:
    settings.QUEUE_PER_PERSON = 1
    over = make_job(alice, state=Job.State.FAILED)
    make_job(alice)
    program = program_of(alice)

    answers = [program.post("/jobs", {"prompt": "x"}), program.post(f"/jobs/{over.pk}/retry")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(429, "queue_full")] * 2
    assert [answer.headers["Retry-After"] for answer in answers] == ["30", "30"]
    assert sorted(Job.objects.values_list("state", flat=True)) == ["failed", "queued"]
    assert rings == []


def test_a_request_that_was_taken_before_the_queue_was_full_is_answered_again(
    settings: Settings, program_of: ProgramOf, alice: User
) -> None:
    settings.QUEUE_PER_PERSON = 1
    program = program_of(alice)

    first, again = (program.post("/jobs", {"prompt": "x"}, Idempotency_Key="k") for _ in range(2))

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
