"""Bringing pictures: what is stored of them, what is refused, and who sees them afterwards."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from aria_site.accounts.models import User
from aria_site.kernel.hashing import sha256_hex
from aria_site.kernel.uploads import UPLOAD_LIMIT
from generation.models import Job, StoredPicture
from tests.support.pictures import hang
from tests.support.programs import Program
from tests.support.uploads import as_file, encoded, gradient, hostile_files, with_secrets

HOSTILE = hostile_files()


@pytest.fixture
def program(program_of: Callable[..., Program], alice: User) -> Program:
    return program_of(alice)


@pytest.fixture
def cast(alice: User, mallory: User) -> tuple[User, User]:
    return alice, mallory


def files_in(media: Path) -> list[str]:
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


def assert_refused(answer: Any, status: int, field: str, media: Path) -> str:
    """The problem names the field; nothing is stored, not even half. Returns the sentence."""
    problem = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert list(problem["errors"]) == [field]
    assert problem["errors"][field].endswith(".")
    assert StoredPicture.objects.count() == 0
    assert files_in(media) == []
    return str(problem["errors"][field])


def test_a_picture_is_stored_by_the_hash_of_what_is_kept_of_it(program: Program, alice: User, media: Path) -> None:
    answer = program.upload("/pictures", {"file": as_file(with_secrets(), "IMG_0042.JPG", "image/jpeg")})

    told = answer.json()
    stored = (media / "pictures" / told["sha256"][:2] / f"{told['sha256']}.png").read_bytes()
    assert answer.status_code == 201
    assert (told["width"], told["height"]) == (64, 48)
    assert told["links"] == {
        "self": f"/api/v1/pictures/{told['sha256']}",
        "file": f"/studio/pictures/{told['sha256']}/",
    }
    assert answer.headers["Location"] == told["links"]["self"]
    assert sha256_hex(stored) == told["sha256"]
    assert b"secret" not in stored
    assert b"IMG_0042" not in stored
    row = StoredPicture.objects.get()
    assert (row.owner, row.bytes) == (alice, len(stored))


def test_the_same_picture_again_is_the_same_one(program: Program, media: Path) -> None:
    first, again = (program.upload("/pictures", {"file": as_file(encoded(gradient()))}) for _ in range(2))

    assert (again.status_code, again.json()) == (201, first.json())
    assert StoredPicture.objects.count() == 1
    assert len(files_in(media)) == 1


@pytest.mark.parametrize(
    "name", ["picture.txt", "../../etc/passwd", "x" * 300 + ".png", "\u202egnp.exe", "picture.gif"]
)
def test_the_name_that_a_file_comes_with_is_not_looked_at(program: Program, media: Path, name: str) -> None:
    answer = program.upload("/pictures", {"file": as_file(encoded(gradient()), name, "text/html")})

    sha256 = answer.json()["sha256"]
    assert files_in(media) == [f"pictures/{sha256[:2]}/{sha256}.png"]


def test_a_mask_is_kept_as_grey_levels(program: Program, media: Path) -> None:
    transparent = encoded(Image.new("RGBA", (32, 32), (255, 255, 255, 0)))

    program.upload("/pictures", {"file": as_file(transparent), "kind": "mask"})

    stored = Image.open(media / files_in(media)[0])
    assert (stored.mode, np.asarray(stored).max()) == ("L", 0)


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_leaves_no_trace(program: Program, media: Path, data: bytes) -> None:
    answer = program.upload("/pictures", {"file": as_file(data)})

    assert_refused(answer, 422, "file", media)


def test_a_file_over_the_limit_is_cut_off_and_named(program: Program, media: Path) -> None:
    answer = program.upload("/pictures", {"file": as_file(encoded(gradient()) + b"\0" * UPLOAD_LIMIT)})

    sentence = assert_refused(answer, 413, "body", media)
    assert sentence == "`file` is too large. Send at most 20 MiB."


def test_a_file_of_just_the_limit_is_read(program: Program) -> None:
    data = encoded(gradient())

    answer = program.upload("/pictures", {"file": as_file(data + b"\0" * (UPLOAD_LIMIT - len(data)))})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "file"),
        ({"file": "no file"}, "file"),
        ({"file": as_file(encoded(gradient())), "kind": "painting"}, "kind"),
        ({"file": as_file(encoded(gradient())), "colour": "teal"}, "colour"),
        ({"file": as_file(encoded(gradient())), "other": as_file(encoded(gradient()))}, "other"),
    ],
    ids=["nothing", "text", "an unknown kind", "an unknown field", "a second file"],
)
def test_a_form_that_is_not_right_is_refused(program: Program, media: Path, fields: dict[str, Any], field: str) -> None:
    for value in fields.values():
        if not isinstance(value, str):
            value.seek(0)

    assert_refused(program.upload("/pictures", fields), 422, field, media)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "image/png"])
def test_only_forms_with_files_are_read(program: Program, media: Path, kind: str) -> None:
    answer = program.post("/pictures", b"{}", Content_Type=kind)

    assert_refused(answer, 415, "body", media)


@pytest.mark.parametrize("body", [b"--x\r\n", b"junk", b'--x\r\nContent-Disposition: form-data; name="file"'])
def test_a_broken_form_is_no_fault_of_arias(program: Program, media: Path, body: bytes) -> None:
    answer = program.post("/pictures", body, Content_Type="multipart/form-data; boundary=x")

    assert answer.status_code in {400, 422}
    assert files_in(media) == []


def test_a_form_without_a_boundary_is_broken(program: Program, media: Path) -> None:
    answer = program.post("/pictures", b"junk", Content_Type="multipart/form-data")

    assert_refused(answer, 400, "body", media)


def stored_by(program: Program) -> str:
    sha256: str = program.upload("/pictures", {"file": as_file(encoded(gradient()))}).json()["sha256"]
    return sha256


def test_the_owner_reads_what_was_brought(program: Program) -> None:
    sha256 = stored_by(program)

    told = program.get(f"/pictures/{sha256}").json()

    assert (told["sha256"], told["width"], told["height"]) == (sha256, 64, 48)


def test_strangers_hear_the_same_of_it_as_of_what_is_not_there(
    program: Program, program_of: Callable[..., Program], mallory: User, admin: User
) -> None:
    sha256 = stored_by(program)

    for stranger in (mallory, admin):
        seen, missing = (program_of(stranger).get(f"/pictures/{name}") for name in (sha256, "0" * 64))
        assert (seen.status_code, missing.status_code) == (404, 404)
        assert {**seen.json(), "request_id": ""} == {**missing.json(), "request_id": ""}


def test_strangers_order_nothing_over_it(
    program: Program, program_of: Callable[..., Program], mallory: User, rings: list[str]
) -> None:
    sha256, mask = stored_by(program), stored_by(program)
    hers = program_of(mallory)

    for body in ({"source": sha256}, {"source": str(hang(mallory, width=64, height=48).pk), "mask": mask}):
        assert hers.post("/jobs", {"prompt": "x", **body}).status_code == 422
    assert Job.objects.count() == 0
    assert rings == []


def test_bringing_what_somebody_else_brought_tells_nothing_of_them(
    program: Program, program_of: Callable[..., Program], mallory: User
) -> None:
    sha256 = stored_by(program)
    created = StoredPicture.objects.get().created_at

    told = program_of(mallory).upload("/pictures", {"file": as_file(encoded(gradient()))}).json()

    assert told["sha256"] == sha256
    assert told["created_at"] > created.isoformat()[:19]
    assert StoredPicture.objects.count() == 2


@pytest.mark.parametrize(("address", "kind"), [("", "image/png"), ("small/", "image/webp")])
def test_the_file_is_served_to_its_owner_alone(
    program: Program, client_of: Callable[[User], Client], cast: tuple[User, User], address: str, kind: str
) -> None:
    alice, mallory = cast
    address = f"/studio/pictures/{stored_by(program)}/{address}"

    answer = client_of(alice).get(address)

    assert Image.open(io.BytesIO(answer.content)).size == (64, 48)
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == (kind, "nosniff")
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert answer.headers["Cache-Control"].startswith("private")
    assert client_of(mallory).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_a_file_that_is_gone_from_the_disk_is_not_there(
    program: Program, client_of: Callable[[User], Client], alice: User, media: Path
) -> None:
    sha256 = stored_by(program)
    (media / "pictures" / sha256[:2] / f"{sha256}.png").unlink()

    assert client_of(alice).get(f"/studio/pictures/{sha256}/").status_code == 404


def test_a_job_is_ordered_over_a_picture_with_a_mask(program: Program) -> None:
    source = stored_by(program)
    mask = program.upload("/pictures", {"file": as_file(encoded(gradient(32, 24))), "kind": "mask"}).json()["sha256"]

    job = program.post("/jobs", {"prompt": "a boat", "source": source, "mask": mask, "strength": 0.8})

    assert job.status_code == 202
    recipe = job.json()["recipe"]
    assert (recipe["source"], recipe["mask"], recipe["strength"], recipe["guide"]) == (source, mask, 0.8, None)


def test_one_key_makes_one_job_over_one_artwork(program: Program, alice: User) -> None:
    body = {"prompt": "x", "source": str(hang(alice).pk)}

    first, again = (program.post("/jobs", body, Idempotency_Key="k") for _ in range(2))
    other = program.post("/jobs", {**body, "strength": 0.9}, Idempotency_Key="k")

    assert (first.json()["id"], other.status_code) == (again.json()["id"], 409)
    assert Job.objects.count() == 1
