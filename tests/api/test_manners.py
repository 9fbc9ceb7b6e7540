"""What HTTP asks of every address: HEAD, conditional GET, honest 404, 405 and 500, private caching."""

import logging
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404

from aria_site.accounts.models import User
from gallery.api import router as gallery_router
from gallery.models import Artwork
from generation.models import Job
from tests.support.programs import Program
from tests.support.rows import make_artwork, make_job


@pytest.fixture
def program(program_of: Callable[..., Program], alice: User) -> Program:
    return program_of(alice)


@pytest.fixture
def addresses(alice: User) -> list[str]:
    job, artwork = make_job(alice).pk, make_artwork(alice).pk
    lists = ["/jobs", "/artworks", "/personas", "/models", "/samplers", "/me", "/openapi.json"]
    return [*lists, f"/jobs/{job}", f"/artworks/{artwork}", "/personas/aria"]


def test_what_did_not_change_is_not_sent_again(program: Program, addresses: list[str]) -> None:
    for address in addresses:
        first = program.get(address)
        again = program.get(address, If_None_Match=first.headers["ETag"])

        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), address


def test_what_changed_is_sent_again(program: Program, alice: User) -> None:
    job, artwork = make_job(alice), make_artwork(alice)
    addresses = ["/jobs", f"/jobs/{job.pk}", "/artworks", f"/artworks/{artwork.pk}"]
    tags = {address: program.get(address).headers["ETag"] for address in addresses}

    Job.objects.update(progress=0.5)
    Artwork.objects.update(title="Another")

    assert [program.get(address, If_None_Match=tag).status_code for address, tag in tags.items()] == [200] * 4


def test_head_is_get_without_the_body(program: Program, addresses: list[str]) -> None:
    for address in addresses:
        got, head = program.get(address), program.send("HEAD", address, headers={})

        assert (head.status_code, head.content) == (200, b""), address
        assert head.headers["Content-Length"] == str(len(got.content))
        assert head.headers["ETag"] == got.headers["ETag"]


def test_no_shared_cache_keeps_an_answer(program: Program, addresses: list[str]) -> None:
    for address in addresses:
        answer = program.get(address)

        assert answer.headers["Cache-Control"] == "private, no-cache", address
        assert {"Authorization", "Cookie"} <= set(answer.headers["Vary"].split(", "))
    assert program.get("/nowhere").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD"])
@pytest.mark.parametrize("path", ["", "/", "/nowhere", "/jobs/", "/jobs/not-a-uuid", "/jobs/%00", "/artworks/x/y"])
def test_an_address_that_is_none_is_a_problem_document(program: Program, method: str, path: str) -> None:
    answer = program.send(method, path or "/", headers={})

    assert answer.status_code in {404, 405}
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/jobs", "GET, HEAD, POST"),
        ("POST", "/artworks", "GET, HEAD"),
        ("PUT", "/me", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("GET", "/jobs/00000000-0000-0000-0000-000000000000/cancel", "POST"),
        ("OPTIONS", "/jobs", "GET, HEAD, POST"),
    ],
)
def test_a_method_that_is_not_there_names_those_that_are(
    program: Program, method: str, path: str, allowed: str
) -> None:
    answer = program.send(method, path, headers={})

    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert answer.json()["detail"] == f"This address answers to {allowed} alone."


def test_a_fault_of_her_own_is_told_without_its_innards_and_logged(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret innards")

    monkeypatch.setattr(gallery_router, "wall_page", fail)

    with caplog.at_level(logging.ERROR, logger="aria_site.api"):
        answer = program.get("/artworks")

    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert "innards" not in answer.content.decode()
    logged = next(record for record in caplog.records if record.name == "aria_site.api")
    assert logged.getMessage() == "unexpected error in GET /api/v1/artworks"
    assert logged.exc_info is not None


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404("innards"), 404),
        (PermissionDenied("innards"), 403),
        (OperationalError("innards"), 503),
        (InterfaceError("innards"), 503),
    ],
)
def test_what_django_raises_is_a_problem_document_too(
    program: Program, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(gallery_router, "wall_page", fail)

    answer = program.get("/artworks")

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert "innards" not in answer.content.decode()


def test_an_upload_that_breaks_off_is_the_senders_fault(alice: User) -> None:
    program = Program()
    program.client.force_login(alice)
    program.client.cookies["csrftoken"] = "x" * 32

    answer = program.post("/jobs", "--x\r\nbroken", Content_Type="multipart/form-data")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_a_whole_upload_is_still_of_the_wrong_kind(alice: User) -> None:
    program = Program()
    program.client.force_login(alice)
    program.client.cookies["csrftoken"] = token = "x" * 32
    part = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n--x--\r\n'

    answer = program.post("/jobs", part, Content_Type="multipart/form-data; boundary=x")

    assert (answer.status_code, list(answer.json()["errors"])) == (415, ["body"])
