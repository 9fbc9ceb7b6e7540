"""Looking after what waits: pausing, resuming, moving and stopping jobs, and pausing the whole queue."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from aria_site.accounts.models import User
from generation.models import Job, QueuePause
from generation.services import queue_pause
from tests.support.programs import Program
from tests.support.rows import make_finished_job, make_job, minutes_after_noon

ProgramOf = Callable[..., Program]


@pytest.fixture
def program(program_of: ProgramOf, alice: User) -> Program:
    return program_of(alice)


def running(owner: User) -> Job:
    """A job that is being painted."""
    return make_job(owner, state=Job.State.RUNNING, lease_token=uuid4(), lease_expires_at=timezone.now())


def line(owner: User, length: int) -> list[Job]:
    """So many jobs that wait, the oldest first."""
    return [make_job(owner, created_at=minutes_after_noon(minute)) for minute in range(length)]


def refusal(answer: Any) -> tuple[int, str]:
    """Status and sentence of a problem."""
    return answer.status_code, answer.json()["detail"]


@pytest.mark.parametrize("make", [make_job, running], ids=["waiting", "running"])
def test_a_job_is_paused_and_resumed_once(program: Program, alice: User, make: Callable[[User], Job]) -> None:
    job = make(alice)

    paused, again = program.post(f"/jobs/{job.pk}/pause"), program.post(f"/jobs/{job.pk}/pause")
    resumed, too = program.post(f"/jobs/{job.pk}/resume"), program.post(f"/jobs/{job.pk}/resume")

    told = paused.json()
    assert (told["status"], told["held"], told["links"]["pause"]) == ("queued", True, None)
    assert told["links"]["resume"] == f"/api/v1/jobs/{job.pk}/resume"
    assert (resumed.json()["status"], resumed.json()["held"]) == ("queued", False)
    assert refusal(again) == (409, "This job is paused already.")
    assert refusal(too) == (409, "This job is not paused: it waits for a worker.")


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("pause", "This job is over already, so there is nothing to pause."),
        ("resume", "This job is over, so there is nothing to resume."),
        ("move", "This job is over, so it does not stand in line any more."),
    ],
)
def test_what_is_over_stays_over(program: Program, alice: User, action: str, sentence: str) -> None:
    job = make_finished_job(alice)

    answer = program.post(f"/jobs/{job.pk}/{action}", {"to": "front"} if action == "move" else None)

    assert refusal(answer) == (409, sentence)
    assert program.get(f"/jobs/{job.pk}").json()["links"]["move"] is None


def test_what_is_being_painted_does_not_stand_in_line(program: Program, alice: User) -> None:
    job = running(alice)

    moved = program.post(f"/jobs/{job.pk}/move", {"to": "front"})
    resumed = program.post(f"/jobs/{job.pk}/resume")

    assert refusal(moved) == (409, "This job is being painted, so it does not stand in line any more.")
    assert refusal(resumed) == (409, "This job is not paused: it is being painted.")


def test_jobs_are_put_in_order(program: Program, alice: User) -> None:
    jobs = line(alice, 4)

    program.post(f"/jobs/{jobs[3].pk}/move", {"to": "front"})
    program.post(f"/jobs/{jobs[2].pk}/move", {"before": str(jobs[1].pk)})
    program.post(f"/jobs/{jobs[0].pk}/move", {"to": "down"})

    assert program.get("/queue").json() == {
        "paused": None,
        "line": [str(jobs[number].pk) for number in (3, 2, 0, 1)],
    }


@pytest.mark.parametrize("where", [{}, {"to": "front", "before": str(uuid4())}], ids=["nowhere", "two places"])
def test_one_place_is_named(program: Program, alice: User, where: dict[str, str]) -> None:
    job = make_job(alice)

    answer = program.post(f"/jobs/{job.pk}/move", where)

    assert answer.status_code == 422
    assert answer.json()["errors"] == {"to": "Say where the job shall stand: send either `to` or `before`."}


def test_nobody_gets_before_a_job_that_is_not_there_for_them(
    program: Program, program_of: ProgramOf, alice: User, bob: User, admin: User
) -> None:
    job, of_bob = make_job(alice), make_job(bob)

    assert program.post(f"/jobs/{job.pk}/move", {"before": str(of_bob.pk)}).status_code == 404
    answer = program_of(admin).post(f"/jobs/{job.pk}/move", {"before": str(of_bob.pk)})

    assert answer.status_code == 409
    assert "same person" in answer.json()["detail"]
    assert not Job.objects.exclude(line_at=None).exists()


def test_all_of_ones_own_are_paused_resumed_and_stopped(program: Program, alice: User, bob: User) -> None:
    waiting, painted, of_bob = make_job(alice), running(alice), make_job(bob)

    answers = [program.post(f"/jobs/{action}").json()["jobs"] for action in ("pause", "pause", "resume", "cancel")]

    assert answers[:3] == [[str(waiting.pk)], [], [str(waiting.pk)]]
    assert set(answers[3]) == {str(waiting.pk), str(painted.pk)}
    of_bob.refresh_from_db()
    assert (of_bob.state, of_bob.held) == ("queued", False)


def test_staff_cut_in_line_when_they_order_and_later(program_of: ProgramOf, admin: User, alice: User) -> None:
    program, job = program_of(admin), make_job(alice)

    told = program.post("/jobs", {"prompt": "x", "priority": 7}).json()
    moved = program.post(f"/jobs/{job.pk}/priority", {"priority": -3})

    assert told["priority"] == 7
    assert (moved.status_code, moved.json()["priority"]) == (200, -3)
    assert dict(Job.objects.values_list("pk", "priority")) == {job.pk: -3, Job.objects.get(owner=admin).pk: 7}


def test_members_cannot_cut_in_line_until_they_are_permitted(program: Program, alice: User) -> None:
    job = make_job(alice)

    ordered = program.post("/jobs", {"prompt": "x", "priority": 1})
    raised = program.post(f"/jobs/{job.pk}/priority", {"priority": 1})

    sentence = (
        "Only staff, and people who were given the permission, may set a `priority`. "
        "Leave it out: your job comes in its fair turn."
    )
    assert [refusal(ordered), refusal(raised)] == [(403, sentence)] * 2
    assert list(Job.objects.values_list("priority", flat=True)) == [0]
    assert program.post("/jobs", {"prompt": "x", "priority": 0}).status_code == 202

    alice.user_permissions.add(Permission.objects.get(codename="set_priority"))
    assert program.post(f"/jobs/{job.pk}/priority", {"priority": 1}).json()["priority"] == 1


def test_what_does_not_wait_cannot_be_let_cut_in(program_of: ProgramOf, admin: User, alice: User) -> None:
    job = running(alice)

    answer = program_of(admin).post(f"/jobs/{job.pk}/priority", {"priority": 1})

    assert refusal(answer) == (409, "This job is being painted, so it does not stand in line any more.")


def test_the_whole_queue_is_paused_and_everybody_reads_by_whom_and_why(
    program: Program, program_of: ProgramOf, admin: User
) -> None:
    staff = program_of(admin)

    answers = [staff.post("/queue/pause", {"reason": "a new card goes in"}), staff.post("/queue/pause", {})]
    told = program.get("/queue").json()["paused"]
    resumed = [staff.post("/queue/resume"), staff.post("/queue/resume")]

    since = QueuePause.objects.get().paused_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert told == {"by": "admin", "since": since, "reason": "a new card goes in"}
    assert [answer.status_code for answer in (*answers, *resumed)] == [200, 409, 200, 409]
    assert refusal(answers[1]) == (409, "The queue is paused already.")
    assert resumed[0].json()["paused"] is None
    assert refusal(resumed[1]) == (409, "The queue is not paused.")


def test_orders_are_taken_while_the_queue_is_paused(program: Program, admin: User) -> None:
    queue_pause(by=admin)

    assert program.post("/jobs", {"prompt": "x"}).status_code == 202


def test_a_pause_outlives_whoever_wanted_it(program: Program, bob: User) -> None:
    queue_pause(by=bob, reason="mine")
    bob.delete()

    assert program.get("/queue").json()["paused"]["by"] is None
