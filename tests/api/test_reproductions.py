"""Painting an artwork again over the API, and reading what came of it."""

from collections.abc import Callable

from aria_site.accounts.models import User
from generation.engine.fake import FakeEngine
from generation.models import Job
from generation.services import reproduction_submit
from generation.worker import StudioWorker
from tests.support.pictures import hang
from tests.support.programs import Program
from tests.support.rows import make_artwork

ProgramOf = Callable[..., Program]


def test_answers_with_the_job_and_rings_once(program_of: ProgramOf, alice: User, rings: list[str]) -> None:
    artwork, program = make_artwork(alice), program_of(alice)

    answer = program.post(f"/artworks/{artwork.pk}/reproduce")

    job = Job.objects.get()
    body = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/api/v1/jobs/{job.pk}")
    assert (body["id"], body["kind"], body["status"], body["artworks"]) == (str(job.pk), "reproduction", "queued", [])
    assert (body["reproduction"]["artwork"], body["reproduction"]["verdict"]) == (str(artwork.pk), None)
    assert body["reproduction"]["summary"] == "It waits to be painted again."
    assert program.get(answer.headers["Location"]).json()["reproduction"] == body["reproduction"]


def test_a_painting_is_no_reproduction(program_of: ProgramOf, alice: User) -> None:
    body = program_of(alice).post("/jobs", {"prompt": "a cat"}).json()

    assert (body["kind"], body["reproduction"]) == ("painting", None)


def test_lists_every_attempt_newest_first_to_visitors_too(alice: User, bob: User) -> None:
    artwork = make_artwork(alice)
    jobs = [reproduction_submit(artwork=artwork, owner=owner) for owner in (alice, bob)]

    page = Program().get(f"/artworks/{artwork.pk}/reproductions?limit=1").json()
    rest = Program().get(f"/artworks/{artwork.pk}/reproductions?after={page['next']}").json()

    assert [item["job"] for item in (*page["items"], *rest["items"])] == [str(job.pk) for job in reversed(jobs)]
    assert rest["next"] is None


def test_the_verdict_is_told_with_its_figures(alice: User) -> None:
    artwork = hang(alice)
    reproduction_submit(artwork=artwork, owner=alice)
    engine = FakeEngine()
    StudioWorker(engine, name="gpu0@test").paint_claimable()
    engine.close()

    (item,) = Program().get(f"/artworks/{artwork.pk}/reproductions").json()["items"]

    assert (item["verdict"], item["differing"], item["before"], item["now"]) == ("different", "device", "cpu", "fake")
    assert item["psnr"] > 0
    assert item["largest_difference"] > 1
    assert item["painted_on"] == {
        "device": "fake", "dtype": "float32", "worker": "gpu0", "model_revision": "0123456789ab",
    }  # fmt: skip


def test_what_hangs_nowhere_is_not_there_for_others(program_of: ProgramOf, alice: User, bob: User) -> None:
    hidden = make_artwork(alice, state="trashed")

    answers = [
        Program().get(f"/artworks/{hidden.pk}/reproductions"),
        program_of(bob).get(f"/artworks/{hidden.pk}/reproductions"),
        program_of(bob).post(f"/artworks/{hidden.pk}/reproduce"),
        program_of(alice).get(f"/artworks/{hidden.pk}/reproductions"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 200]
