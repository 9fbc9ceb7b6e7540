"""Batches as programs order, read, stop and repeat them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from aria_site.accounts.models import User
from generation.models import Batch, Job
from tests.support.programs import Program
from tests.support.rows import make_batch

ProgramOf = Callable[..., Program]

GRID: dict[str, Any] = {
    "kind": "grid",
    "recipe": {"prompt": "a cat at dusk", "width": 256, "height": 256},
    "x": {"field": "prompt", "values": ["dusk", "dawn"]},
    "y": {"field": "steps", "values": [4, 8, 12]},
}


def listed(*prompts: str) -> dict[str, Any]:
    """A list of prompts."""
    return {"kind": "list", "recipes": [{"prompt": prompt} for prompt in prompts]}


def test_a_grid_is_taken_at_once_and_named_by_its_location(program_of: ProgramOf, alice: User) -> None:
    program = program_of(alice)

    answer = program.post("/batches", GRID)

    batch = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/api/v1/batches/{batch['id']}")
    assert program.get(answer.headers["Location"]).json() == batch
    told = [(job["recipe"]["steps"], job["recipe"]["prompt"], job["batch_index"]) for job in batch["jobs"]]
    assert told == [
        (4, "a cat at dusk", 0),
        (4, "a cat at dawn", 1),
        (8, "a cat at dusk", 2),
        (8, "a cat at dawn", 3),
        (12, "a cat at dusk", 4),
        (12, "a cat at dawn", 5),
    ]
    assert {job["batch"] for job in batch["jobs"]} == {batch["id"]}
    assert len({job["recipe"]["seed"] for job in batch["jobs"]}) == 1


def test_it_says_what_it_is_and_what_can_be_done(program_of: ProgramOf, alice: User) -> None:
    batch = program_of(alice).post("/batches", {**GRID, "title": "Cats"}).json()

    address = f"/api/v1/batches/{batch['id']}"
    assert {name: batch[name] for name in ("kind", "title", "status", "progress", "total")} == {
        "kind": "grid",
        "title": "Cats",
        "status": "queued",
        "progress": 0,
        "total": 6,
    }
    assert batch["counts"] == {"queued": 6, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0}
    assert batch["axes"]["y"] == {"field": "steps", "label": "Steps", "values": ["4", "8", "12"]}
    assert batch["links"] == {
        "self": address,
        "page": f"/studio/batches/{batch['id']}/",
        "cancel": f"{address}/cancel",
        "retry": None,
    }


def test_a_matrix_is_every_combination(program_of: ProgramOf, alice: User) -> None:
    asked = {"kind": "matrix", "recipe": {"prompt": "a cat | fog"}}

    batch = program_of(alice).post("/batches", asked).json()

    assert [job["recipe"]["prompt"] for job in batch["jobs"]] == ["a cat", "a cat, fog"]
    assert batch["axes"] == {"x": {"field": "prompt", "label": "Prompt", "values": ["none", "fog"]}, "y": None}


def test_a_job_of_its_own_belongs_to_none(program_of: ProgramOf, alice: User) -> None:
    job = program_of(alice).post("/jobs", {"prompt": "x"}).json()

    assert (job["batch"], job["batch_index"]) == (None, None)


def test_a_list_comes_newest_first_with_states_and_without_jobs(program_of: ProgramOf, alice: User, bob: User) -> None:
    make_batch(bob, "queued")
    old, new = make_batch(alice, "succeeded", "failed"), make_batch(alice, "running", "queued")

    items = program_of(alice).get("/batches").json()["items"]

    assert [(item["id"], item["status"], item["progress"]) for item in items] == [
        (str(new.pk), "running", 0.25),
        (str(old.pk), "failed", 1),
    ]
    assert all("jobs" not in item for item in items)


def test_pages_of_batches_follow_each_other(program_of: ProgramOf, alice: User) -> None:
    batches = [make_batch(alice, "queued") for _ in range(3)]
    program = program_of(alice)

    first = program.get("/batches?limit=2").json()
    second = program.get(f"/batches?limit=2&after={first['next']}").json()

    assert [item["id"] for item in first["items"] + second["items"]] == [str(one.pk) for one in reversed(batches)]
    assert second["next"] is None


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no kind": ({"recipes": []}, ["kind"]),
    "an unknown kind": ({"kind": "spiral"}, ["kind"]),
    "an unknown field": ({**GRID, "z": {}}, ["z"]),
    "65 jobs": (listed(*["x"] * 65), ["recipes"]),
    "an odd width": ({"kind": "list", "recipes": [{"prompt": "x", "width": 513}]}, ["recipes[0].width"]),
    "a blank prompt": (listed("x", "y", " "), ["recipes[2].prompt"]),
    "an unknown axis": ({**GRID, "x": {"field": "aura", "values": [1]}}, ["x.field"]),
    "no values": ({**GRID, "x": {"field": "seed", "values": []}}, ["x.values"]),
    "a value that is none": ({**GRID, "x": {"field": "seed", "values": [1, None, True, []]}},
                             ["x.values[1]", "x.values[2]", "x.values[3]"]),
    "too many steps": ({**GRID, "y": {"field": "steps", "values": [4, 1000]}}, ["y.values[1]"]),
    "steps without end": ({**GRID, "y": {"field": "steps", "values": [4, 10**400]}}, ["y.values[1]"]),
    "an axis of a list": ({**listed("x"), "x": GRID["x"]}, ["x"]),
    "a prompt without bars": ({"kind": "matrix", "recipe": {"prompt": "x"}}, ["recipe.prompt"]),
    "a title of two lines": ({**GRID, "title": "a\nb"}, ["title"]),
}  # fmt: skip


@pytest.mark.parametrize(("body", "fields"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refusal_names_the_place_and_nothing_is_stored(
    program_of: ProgramOf, alice: User, rings: list[str], body: dict[str, Any], fields: list[str]
) -> None:
    answer = program_of(alice).post("/batches", body)

    problem = answer.json()
    assert (answer.status_code, problem["code"], list(problem["errors"])) == (422, "invalid_input", fields)
    assert (Batch.objects.count(), Job.objects.count(), rings) == (0, 0, [])


def test_stopping_stops_all_that_is_not_over_and_is_a_conflict_afterwards(program_of: ProgramOf, alice: User) -> None:
    batch, program = make_batch(alice, "succeeded", "running", "queued"), program_of(alice)

    first, second = (program.post(f"/batches/{batch.pk}/cancel") for _ in range(2))

    assert [job["status"] for job in first.json()["jobs"]] == ["succeeded", "cancelled", "cancelled"]
    assert first.json()["links"]["cancel"] is None
    assert (second.status_code, second.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("", ["succeeded", "queued", "cancelled"]),
        ("?status=failed", ["succeeded", "queued", "cancelled"]),
        ("?status=cancelled", ["succeeded", "failed", "queued"]),
    ],
)
def test_what_failed_or_was_stopped_is_queued_again(
    program_of: ProgramOf, alice: User, query: str, states: list[str]
) -> None:
    batch, program = make_batch(alice, "succeeded", "failed", "cancelled"), program_of(alice)

    first, second = (program.post(f"/batches/{batch.pk}/retry{query}") for _ in range(2))

    assert [job["status"] for job in first.json()["jobs"]] == states
    assert second.status_code == 409


def test_only_what_failed_or_was_stopped_can_be_asked_for_again(program_of: ProgramOf, alice: User) -> None:
    batch = make_batch(alice, "succeeded")

    answer = program_of(alice).post(f"/batches/{batch.pk}/retry?status=succeeded")

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["status"])


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_under_one_key_are_one_batch(program_of: ProgramOf, alice: User, rings: list[str]) -> None:
    programs = [program_of(alice) for _ in range(8)]
    start = Barrier(len(programs))

    def send(program: Program) -> tuple[int, str]:
        start.wait()
        try:
            answer = program.post("/batches", GRID, Idempotency_Key="monday")
            return answer.status_code, answer.json().get("id", answer.content)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(programs)) as threads:
        answers = set(threads.map(send, programs))

    assert answers == {(202, str(Batch.objects.get().pk))}
    assert (Job.objects.count(), rings) == (6, ["generation.ring"])


def test_another_body_under_the_same_key_is_a_conflict(program_of: ProgramOf, alice: User) -> None:
    program = program_of(alice)
    program.post("/batches", GRID, Idempotency_Key="monday")

    answer = program.post("/batches", {**GRID, "title": "Cats"}, Idempotency_Key="monday")

    assert (answer.status_code, Batch.objects.count()) == (409, 1)
