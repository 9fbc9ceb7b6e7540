"""Each kind of trouble between rows and files is found, named, and told to people and programs."""

import json
import os
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from aria_site.accounts.models import User
from aria_site.backup.taking import backup_take
from aria_site.backup.verifying import files_verify
from gallery.models import Artwork
from gallery.sweeping import STRAY_AGE_S
from generation.services import picture_store
from tests.support.pictures import hang
from tests.support.uploads import encoded, gradient

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(alice: User) -> Artwork:
    """A picture on the wall, and one that somebody brought."""
    picture_store(owner=alice, data=encoded(gradient()))
    return hang(alice)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def put_old(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"something")
    os.utime(path, (time.time() - STRAY_AGE_S - 60,) * 2)


def findings(*, quick: bool = False) -> list[tuple[str, str]]:
    return [(finding.trouble, finding.name) for finding in files_verify(quick=quick).findings]


def verify(*options: str) -> tuple[str, int]:
    """What the command prints, and how it ends."""
    out = StringIO()
    try:
        call_command("verify", *options, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(str(end.code))
    return out.getvalue(), 0


def test_a_whole_studio_is_well(work: Artwork) -> None:
    files = 2 + len(work.thumbnails)

    assert verify() == (f"All is well: 2 rows and {files} files.\n", 0)
    assert json.loads(verify("--json")[0]) == {"ok": True, "rows": 2, "files": files, "findings": []}


@pytest.mark.parametrize("what", ["master", "thumbnail", "picture"])
def test_a_missing_file_is_found(work: Artwork, data: Path, what: str) -> None:
    path = path_of(what, work, data)
    path.unlink()

    assert findings(quick=True) == [("missing", path.relative_to(data / "media").as_posix())]


@pytest.mark.parametrize("what", ["master", "picture"])
def test_a_file_of_the_wrong_size_is_found(work: Artwork, data: Path, what: str) -> None:
    path = path_of(what, work, data)
    path.write_bytes(path.read_bytes()[:-1])

    assert findings(quick=True) == [("wrong size", path.relative_to(data / "media").as_posix())]


def test_an_empty_thumbnail_is_of_the_wrong_size(work: Artwork, data: Path) -> None:
    path = path_of("thumbnail", work, data)
    path.write_bytes(b"")

    assert findings() == [("wrong size", path.relative_to(data / "media").as_posix())]


@pytest.mark.parametrize("what", ["master", "picture"])
def test_a_flipped_bit_is_found_by_whoever_reads_the_files(work: Artwork, data: Path, what: str) -> None:
    path = path_of(what, work, data)
    flip(path)

    assert findings() == [("corrupt", path.relative_to(data / "media").as_posix())]
    assert findings(quick=True) == []


@pytest.mark.parametrize("content", [b"no picture", None])
def test_a_thumbnail_that_cannot_be_opened_is_corrupt(work: Artwork, data: Path, content: bytes | None) -> None:
    path = path_of("thumbnail", work, data)
    path.write_bytes(content or path.read_bytes()[:-200])

    assert findings() == [("corrupt", path.relative_to(data / "media").as_posix())]


@pytest.mark.parametrize("folder", ["artworks", "thumbnails", "pictures"])
def test_a_file_without_a_row_is_orphaned_once_it_is_old(work: Artwork, data: Path, folder: str) -> None:
    put_old(data / "media" / folder / "ab" / "old.png")
    (data / "media" / folder / "ab" / "young.png").write_bytes(b"young")

    assert findings() == [("orphaned", f"{folder}/ab/old.png")]


def test_an_unfinished_file_is_found_once_it_is_old(work: Artwork, data: Path) -> None:
    put_old(data / "media" / "artworks" / "ab" / ".tmp-0123")

    assert findings() == [("unfinished", "artworks/ab/.tmp-0123")]


def test_a_picture_that_goes_with_its_row_while_others_are_looked_at_is_not_missing(work: Artwork, data: Path) -> None:
    def remove(what: str, done: int, total: int) -> None:
        if done == 0:
            path_of("master", work, data).unlink()
            work.delete()

    found = files_verify(tell=remove).findings

    assert [(finding.trouble, finding.name) for finding in found] == []


def test_an_orphan_that_is_swept_while_others_are_looked_at_is_none(work: Artwork, data: Path) -> None:
    orphan = data / "media" / "artworks" / "ab" / "old.png"
    put_old(orphan)

    assert files_verify(tell=lambda what, done, total: orphan.unlink(missing_ok=True)).findings == ()


def test_a_row_that_points_nowhere_is_found(work: Artwork) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps foreign keys whole by itself")
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute("UPDATE gallery_artwork SET owner_id = 999")

    found = files_verify().findings

    assert [(finding.trouble, finding.name) for finding in found] == [("database", "gallery_artwork")]
    assert found[0].sentence.endswith("points at a row of accounts_user that is not there.")
    Artwork.objects.all().delete()


def test_trouble_is_told_to_people_and_to_programs_and_ends_with_1(work: Artwork, data: Path) -> None:
    path_of("master", work, data).unlink()
    put_old(data / "media" / "artworks" / "ab" / "old.png")

    text, status = verify()
    document: dict[str, Any] = json.loads(verify("--json")[0])

    assert (status, verify("--json")[1]) == (1, 1)
    assert text.splitlines() == [
        f"missing     {work.file} (artwork {work.pk}): Its row is there, and the file is not.",
        "orphaned    artworks/ab/old.png: No row names it.",
        f"2 troubles in 2 rows and {2 + len(work.thumbnails)} files: 1 missing, 1 orphaned.",
    ]
    assert document["ok"] is False
    assert [finding["trouble"] for finding in document["findings"]] == ["missing", "orphaned"]


def test_a_backup_can_be_verified_too(work: Artwork) -> None:
    folder = backup_take().backup.folder
    count = 4 + len(work.thumbnails)
    assert verify("--backup", "latest") == (f"The backup {folder.name} is whole: {count} files.\n", 0)
    flip(folder / "media" / work.file)

    text, status = verify("--backup", folder.name)

    assert status == 1
    assert text.splitlines() == [
        f"damaged  media/{work.file}",
        f"The backup {folder.name} is damaged: 1 of {count} files.",
    ]


def path_of(what: str, work: Artwork, data: Path) -> Path:
    """A file of the studio: master, thumbnail, or the picture that was brought."""
    if what == "picture":
        return next((data / "media" / "pictures").rglob("*.png"))
    return data / "media" / (work.file if what == "master" else next(iter(work.thumbnails.values())))
