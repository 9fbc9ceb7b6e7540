"""The same `Idempotency-Key` with the same body is the same job, however often and however fast it is sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from aria_site.accounts.models import User
from generation.models import Job
from tests.support.programs import Program

ORDER = {"prompt": "a lighthouse", "count": 2}


@pytest.mark.django_db(transaction=True)
def test_sent_twice_it_is_one_job_and_one_ring(
    program_of: Callable[..., Program], alice: User, rings: list[str]
) -> None:
    program = program_of(alice)

    first, second = (program.post("/jobs", ORDER, Idempotency_Key="monday") for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.headers["Location"] == second.headers["Location"]
    assert first.json() == second.json()
    assert Job.objects.count() == 1
    assert rings == ["generation.ring"]


def test_spelt_otherwise_it_is_the_same_order(program_of: Callable[..., Program], alice: User) -> None:
    program = program_of(alice)

    bodies = ['{"prompt":"x","guidance":5}', '{ "guidance": 5.0, "prompt": "x", "seed": null, "negative": "" }']
    answers = [program.post("/jobs", body, Idempotency_Key="k") for body in bodies]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def test_with_another_body_it_is_a_conflict(program_of: Callable[..., Program], alice: User) -> None:
    program = program_of(alice)
    program.post("/jobs", ORDER, Idempotency_Key="monday")

    answer = program.post("/jobs", {**ORDER, "count": 3}, Idempotency_Key="monday")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert Job.objects.count() == 1


def test_without_a_key_every_request_is_a_job(program_of: Callable[..., Program], alice: User) -> None:
    program = program_of(alice)

    for _ in range(2):
        program.post("/jobs", ORDER)

    assert Job.objects.count() == 2


def test_two_people_may_use_the_same_key(program_of: Callable[..., Program], alice: User, bob: User) -> None:
    answers = [program_of(user).post("/jobs", ORDER, Idempotency_Key="k") for user in (alice, bob)]

    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_a_refused_order_does_not_use_the_key_up(program_of: Callable[..., Program], alice: User) -> None:
    program = program_of(alice)

    statuses = [program.post("/jobs", {"prompt": prompt}, Idempotency_Key="k").status_code for prompt in (" ", "x")]

    assert statuses == [422, 202]


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_one_job(program_of: Callable[..., Program], alice: User, rings: list[str]) -> None:
    programs = [program_of(alice) for _ in range(8)]
    start = Barrier(len(programs))

    def send(program: Program) -> tuple[int, str]:
        start.wait()
        try:
            answer = program.post("/jobs", ORDER, Idempotency_Key="monday")
            return answer.status_code, answer.json().get("id", answer.content)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(programs)) as threads:
        answers = list(threads.map(send, programs))

    assert set(answers) == {(202, str(Job.objects.get().pk))}
    assert rings == ["generation.ring"]
