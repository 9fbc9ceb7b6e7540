"""Ordering pictures and reading how far they are."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from aria_site.accounts.models import User
from generation.models import DiffusionModel, Job
from personas.models import Persona
from tests.support.pace import painted_before
from tests.support.programs import Program
from tests.support.rows import make_finished_job, make_job, minutes_after_noon


@pytest.fixture
def program(program_of: Callable[..., Program], alice: User) -> Program:
    return program_of(alice)


@pytest.mark.django_db(transaction=True)
def test_a_prompt_alone_is_taken_and_the_bell_rings_once(program: Program, alice: User, rings: list[str]) -> None:
    answer = program.post("/jobs", {"prompt": "a lighthouse at dusk"})

    job = Job.objects.get()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/jobs/{job.pk}"
    assert (job.owner, job.state, job.count) == (alice, Job.State.QUEUED, 1)
    assert rings == ["generation.ring"]


def test_a_fresh_job_reads_as_promised(program: Program) -> None:
    told = program.post("/jobs", {"prompt": "a lighthouse", "seed": 7, "count": 3}).json()

    job = Job.objects.get()
    address = f"/api/v1/jobs/{job.pk}"
    recipe = told.pop("recipe")
    assert recipe == job.recipe_data
    assert (recipe["prompt"], recipe["seed"], recipe["width"], recipe["steps"]) == ("a lighthouse", 7, 256, 8)
    assert told.pop("created_at") == job.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert told == {
        "id": str(job.pk),
        "kind": "painting",
        "status": "queued",
        "held": False,
        "priority": 0,
        "progress": 0.0,
        "stage": "",
        "place": 1,
        "eta": None,
        "count": 3,
        "artworks": [],
        "batch": None,
        "batch_index": None,
        "reproduction": None,
        "error": None,
        "error_code": None,
        "started_at": None,
        "finished_at": None,
        "links": {
            "self": address,
            "cancel": f"{address}/cancel",
            "retry": None,
            "pause": f"{address}/pause",
            "resume": None,
            "move": f"{address}/move",
        },
    }


def test_everything_that_can_be_asked_for_is_obeyed(program: Program) -> None:
    Persona.objects.create(slug="mira", name="Mira", style="ink, rain")
    asked = {
        "prompt": "a harbour",
        "negative": "fog",
        "model": "starter",
        "persona": "mira",
        "width": 512,
        "height": 128,
        "steps": 3,
        "guidance": 2,
        "sampler": "Euler",
        "seed": 0,
        "count": 2,
        "keep": 2,
        "guide": 0.25,
        "loras": [],
        "source": None,
    }

    recipe = program.post("/jobs", asked).json()["recipe"]

    assert recipe["resolved_prompt"] == "a harbour, ink, rain"
    assert (recipe["negative_prompt"], recipe["model"], recipe["persona"]) == ("fog", "starter", "mira")
    assert (recipe["width"], recipe["height"], recipe["steps"]) == (512, 128, 3)
    assert (recipe["guidance_scale"], recipe["sampler"], recipe["seed"], recipe["guide"]) == (2.0, "Euler", 0, 0.25)


def test_a_finished_job_lists_its_artworks_in_the_order_of_their_seeds(program: Program, alice: User) -> None:
    job = make_finished_job(alice, count=12)

    told = program.get(f"/jobs/{job.pk}").json()

    assert (told["status"], told["progress"]) == ("succeeded", 1.0)
    assert [work["title"] for work in told["artworks"]] == [f"Picture {index}" for index in range(12)]
    assert {name for name, link in told["links"].items() if link} == {"self"}


def test_a_running_job_tells_its_stage_and_progress(program: Program, alice: User) -> None:
    lease = {"lease_token": uuid4(), "lease_expires_at": timezone.now() + timedelta(seconds=15)}
    job = make_job(alice, state=Job.State.RUNNING, progress=0.4, stage="step", **lease)

    told = program.get(f"/jobs/{job.pk}").json()

    assert (told["status"], told["progress"], told["stage"]) == ("running", 0.4, "step")
    assert str(lease["lease_token"]) not in str(told)


def test_a_failed_job_says_why(program: Program, alice: User) -> None:
    job = make_job(alice, state=Job.State.FAILED, error="The device ran out of memory.", error_code="out_of_memory")

    told = program.get(f"/jobs/{job.pk}").json()

    assert (told["status"], told["error"], told["error_code"]) == (
        "failed",
        "The device ran out of memory.",
        "out_of_memory",
    )
    assert told["links"]["retry"] == f"/api/v1/jobs/{job.pk}/retry"


def test_a_waiting_job_is_stopped_once(program: Program, alice: User) -> None:
    job = make_job(alice)

    first, second = program.post(f"/jobs/{job.pk}/cancel"), program.post(f"/jobs/{job.pk}/cancel")

    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    assert (second.status_code, second.json()["code"]) == (409, "conflict")


def test_a_job_that_is_over_cannot_be_stopped(program: Program, alice: User) -> None:
    job = make_finished_job(alice)

    assert program.post(f"/jobs/{job.pk}/cancel").status_code == 409
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED


@pytest.mark.parametrize("state", [Job.State.FAILED, Job.State.CANCELLED])
@pytest.mark.django_db(transaction=True)
def test_a_job_that_failed_or_was_cancelled_is_queued_again(
    program: Program, alice: User, rings: list[str], state: str
) -> None:
    job = make_job(alice, state=state, error="It failed.", error_code="x", progress=0.5)

    told = program.post(f"/jobs/{job.pk}/retry")

    assert told.status_code == 200
    assert [told.json()[name] for name in ("status", "error", "error_code", "progress")] == ["queued", None, None, 0.0]
    assert rings == ["generation.ring"]


def test_a_job_in_any_other_state_is_not_queued_again(program: Program, alice: User, rings: list[str]) -> None:
    answers = [program.post(f"/jobs/{job.pk}/retry") for job in (make_job(alice), make_finished_job(alice))]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert rings == []


def test_jobs_come_newest_first_page_by_page_and_none_twice(program: Program, alice: User) -> None:
    jobs = [make_job(alice, created_at=minutes_after_noon(minute // 3)) for minute in range(10)]
    wanted = [str(job.pk) for job in sorted(jobs, key=lambda job: (job.created_at, job.pk), reverse=True)]

    found: list[str] = []
    page = program.get("/jobs?limit=4").json()
    while True:
        found += [job["id"] for job in page["items"]]
        if page["next"] is None:
            break
        page = program.get(f"/jobs?limit=4&after={page['next']}").json()

    assert found == wanted


def test_the_link_header_leads_to_the_next_page(program: Program, alice: User) -> None:
    for minute in range(3):
        make_job(alice, created_at=minutes_after_noon(minute), state=Job.State.FAILED)

    first = program.get("/jobs?status=failed&limit=2")
    address = first.headers["Link"].removeprefix("<").removesuffix('>; rel="next"')
    second = program.get(address)

    assert [len(page.json()["items"]) for page in (first, second)] == [2, 1]
    assert "Link" not in second.headers


def test_jobs_are_filtered_by_status(program: Program, alice: User) -> None:
    make_job(alice)
    failed = make_job(alice, state=Job.State.FAILED)

    assert [job["id"] for job in program.get("/jobs?status=failed").json()["items"]] == [str(failed.pk)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("limit=1&limit=2", "limit"),
        ("status=done", "status"),
        ("after=nowhere", "after"),
        ("after=" + "x" * 201, "after"),
        ("state=failed", "state"),
    ],
)
def test_a_wrong_parameter_is_named(program: Program, query: str, field: str) -> None:
    answer = program.get(f"/jobs?{query}")

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_people_see_their_own_jobs_alone(program: Program, alice: User, bob: User) -> None:
    mine, theirs = make_job(alice), make_job(bob)

    assert [job["id"] for job in program.get("/jobs").json()["items"]] == [str(mine.pk)]
    assert program.get(f"/jobs/{theirs.pk}").status_code == 404


def test_a_job_that_a_newer_aria_wrote_is_listed_without_its_recipe(program: Program, alice: User) -> None:
    job = make_job(alice)
    Job.objects.update(recipe_data={**job.recipe_data, "version": 99})

    listed = program.get("/jobs").json()["items"]

    assert [(one["id"], one["recipe"]) for one in listed] == [(str(job.pk), None)]


def test_samplers_and_models_are_those_that_a_job_may_name(program: Program) -> None:
    samplers = [sampler["name"] for sampler in program.get("/samplers").json()["items"]]
    models = [model["name"] for model in program.get("/models").json()["items"]]

    orders = [{"prompt": "x", "sampler": name} for name in samplers] + [{"prompt": "x", "model": n} for n in models]
    assert len(orders) > 5
    assert {program.post("/jobs", order).status_code for order in orders} == {202}


def test_a_model_tells_what_it_paints_best(program: Program) -> None:
    model = program.get("/models").json()["items"][0]

    assert model == {
        "name": "starter",
        "title": "Starter",
        "licence": "CC0-1.0",
        "is_default": True,
        "problem": None,
        "revision": "0123456789ab",
        "family": "stable-diffusion",
        "width": 256,
        "height": 256,
        "size_multiple": 8,
        "steps": 8,
        "guidance": 5.0,
        "sampler": "DPM++ 2M",
        "guide": 0.6,
    }


@pytest.mark.parametrize("folder", ["/nowhere", "/" + "x" * 400, "/proc/1/map_files/x"])
def test_a_model_whose_folder_cannot_be_read_says_so(
    program: Program, starter_model: DiffusionModel, folder: str
) -> None:
    starter_model.folder = folder
    starter_model.save()

    model = program.get("/models").json()["items"][0]

    assert model["problem"].endswith(".")
    assert (model["name"], model["width"]) == ("starter", None)


def test_a_waiting_job_tells_its_place_and_when_it_will_be_done(program: Program, alice: User) -> None:
    painted_before(seconds=8.0)
    jobs = [make_job(alice, created_at=timezone.now() + timedelta(seconds=number), count=8) for number in range(3)]

    told = [program.get(f"/jobs/{job.pk}").json() for job in jobs]
    listed = program.get("/jobs").json()["items"]

    assert [one["place"] for one in told] == [1, 2, 3]
    assert told[0]["eta"]["seconds"] == pytest.approx(64.0, rel=0.01)
    assert told[2]["eta"]["seconds"] == pytest.approx(192.0, rel=0.01)
    assert told[2]["eta"]["low"] == pytest.approx(96.0, rel=0.01)
    assert told[2]["eta"]["high"] == pytest.approx(384.0, rel=0.01)
    assert [(one["place"], one["eta"]) for one in reversed(listed)] == [(one["place"], one["eta"]) for one in told]


def test_a_job_that_is_over_has_no_place_and_no_eta(program: Program, alice: User) -> None:
    painted_before(seconds=8.0)
    job = make_job(alice, state=Job.State.FAILED)

    told = program.get(f"/jobs/{job.pk}").json()

    assert (told["place"], told["eta"]) == (None, None)
