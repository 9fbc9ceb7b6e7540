"""Do the rows and the files of this studio still belong together? Looks, and changes nothing."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image

from aria_site.backup.progress import Tell, tell_nobody
from gallery.models import Artwork
from gallery.storage import KeptFile, media_storage
from gallery.sweeping import FOLDERS, STRAY_AGE_S, is_older
from generation.models import StoredPicture
from generation.picture_files import FOLDER as PICTURES
from generation.picture_files import picture_name
from generation.picture_intake import BROKEN


class Trouble(StrEnum):
    """What can be wrong with a file."""

    MISSING = "missing"
    WRONG_SIZE = "wrong size"
    CORRUPT = "corrupt"
    ORPHANED = "orphaned"
    UNFINISHED = "unfinished"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong."""

    trouble: Trouble
    name: str
    """The file inside the media folder; the table, where rows are wrong."""
    belongs_to: str
    """The row that names it; empty where none does."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A file that a row names, and what the row says of it."""

    name: str
    belongs_to: str
    bytes: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What one look found."""

    rows: int
    files: int
    findings: tuple[Finding, ...]


def files_verify(*, quick: bool = False, tell: Tell = tell_nobody) -> Verification:
    """Compare every row with its files and every file with the rows; `quick` looks at sizes and opens nothing."""
    oldest = time.time() - STRAY_AGE_S
    # Files first: one that comes meanwhile is no orphan, and one of a row that comes meanwhile is not missed.
    present = list(_present())
    expected = {file.name: file for file in _expected()}
    findings = list(_database_findings())
    for done, file in enumerate(expected.values()):
        tell("verifying", done, len(expected))
        finding = _finding(file, quick=quick)
        findings += [finding] if finding else []
    tell("verifying", len(expected), len(expected))
    findings = [*_of_rows_that_stay(findings), *_without_row(present, expected.keys(), oldest)]
    rows = Artwork.objects.count() + StoredPicture.objects.count()
    return Verification(rows=rows, files=len(present), findings=tuple(findings))


def _expected() -> Iterator[Expected]:
    """Every file that a row names."""
    for row in Artwork.objects.values_list("pk", "file", "bytes", "sha256", "thumbnails").iterator():
        yield from _of_artwork(row)
    for sha256, size in StoredPicture.objects.order_by().values_list("sha256", "bytes").distinct().iterator():
        yield _of_picture(sha256, size)


def _of_artwork(row: tuple[UUID, str, int, str, dict[str, str]]) -> Iterator[Expected]:
    pk, file, size, sha256, thumbnails = row
    owner = f"artwork {pk}"
    yield Expected(name=file, belongs_to=owner, bytes=size, sha256=sha256)
    for name in thumbnails.values():
        yield Expected(name=name, belongs_to=owner)


def _of_picture(sha256: str, size: int) -> Expected:
    name = picture_name(sha256)
    return Expected(name=name, belongs_to=f"picture {sha256[:12]}", bytes=size, sha256=sha256)


def _finding(file: Expected, *, quick: bool) -> Finding | None:
    try:
        size = default_storage.size(file.name)
        if file.bytes is not None and size != file.bytes:
            return _about(file, Trouble.WRONG_SIZE, f"It has {size} bytes, and its row says {file.bytes}.")
        if not size:
            return _about(file, Trouble.WRONG_SIZE, "It is empty.")
        if not quick and not _is_whole(file):
            return _about(file, Trouble.CORRUPT, "Its content is not what was stored.")
    except FileNotFoundError:
        return _about(file, Trouble.MISSING, "Its row is there, and the file is not.")
    except OSError as error:
        return _about(file, Trouble.CORRUPT, f"It cannot be read ({error.strerror}).")
    return None


def _is_whole(file: Expected) -> bool:
    """By its hash where a row knows it; thumbnails by opening them."""
    with default_storage.open(file.name) as stream:
        if file.sha256:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
        try:
            with Image.open(stream) as image:
                image.load()
        except BROKEN as error:
            if isinstance(error, OSError) and error.errno is not None:
                # The disk speaks, not Pillow.
                raise
            return False
    return True


def _about(file: Expected, trouble: Trouble, sentence: str) -> Finding:
    return Finding(trouble=trouble, name=file.name, belongs_to=file.belongs_to, sentence=sentence)


def _present() -> Iterator[KeptFile]:
    """The files of the folders that rows speak of."""
    for folder in (*FOLDERS, PICTURES):
        yield from sorted(media_storage().files_in(folder))


def _of_rows_that_stay(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without the files that went along with their rows while others were looked at."""
    if all(finding.trouble is not Trouble.MISSING for finding in findings):
        return list(findings)
    named = {file.name for file in _expected()}
    return [finding for finding in findings if finding.trouble is not Trouble.MISSING or finding.name in named]


def _without_row(present: Iterable[KeptFile], named: Iterable[str], oldest: float) -> Iterator[Finding]:
    """Files that no row names; young ones may still get theirs."""
    known = set(named)
    for file in present:
        if file.name in known or file.written_at >= oldest or not is_older(file.name, oldest):
            continue
        trouble = Trouble.UNFINISHED if file.is_unfinished else Trouble.ORPHANED
        sentence = "A process died while it wrote it." if file.is_unfinished else "No row names it."
        yield Finding(trouble=trouble, name=file.name, belongs_to="", sentence=sentence)


def _database_findings() -> Iterator[Finding]:
    """What SQLite finds wrong with its own file; PostgreSQL checks its pages itself."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(20)")
        for (verdict,) in cursor.fetchall():
            if verdict != "ok":
                yield Finding(trouble=Trouble.DATABASE, name="", belongs_to="", sentence=str(verdict))
        cursor.execute("PRAGMA foreign_key_check")
        for table, row, parent, _ in cursor.fetchall():
            sentence = f"Row {row} points at a row of {parent} that is not there."
            yield Finding(trouble=Trouble.DATABASE, name=table, belongs_to=f"row {row}", sentence=sentence)
