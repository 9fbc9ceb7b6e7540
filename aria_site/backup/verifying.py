"""Do the rows and the files of this studio still belong together? Looks, and changes nothing."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image, UnidentifiedImageError

from aria_site.backup.progress import Tell, tell_nobody
from gallery.models import Artwork
from gallery.storage import KeptFile, media_storage
from gallery.sweeping import FOLDERS, STRAY_AGE_S
from generation.models import StoredPicture
from generation.picture_files import FOLDER as PICTURES


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
    # Files first: one that comes meanwhile is no orphan, and one of a row that comes meanwhile is not missed.
    present = list(_present())
    artworks = Artwork.objects.values_list("pk", "file", "bytes", "sha256", "thumbnails")
    pictures = StoredPicture.objects.order_by().values_list("sha256", "bytes").distinct()
    expected = {file.name: file for row in artworks.iterator() for file in _of_artwork(row)}
    expected |= {file.name: file for row in pictures.iterator() for file in _of_picture(*row)}
    findings = list(_database_findings())
    for done, file in enumerate(expected.values()):
        tell("verifying", done, len(expected))
        finding = _finding(file, quick=quick)
        findings += [finding] if finding else []
    tell("verifying", len(expected), len(expected))
    findings += _without_row(present, expected.keys())
    rows = Artwork.objects.count() + StoredPicture.objects.count()
    return Verification(rows=rows, files=len(present), findings=tuple(findings))


def _of_artwork(row: tuple[UUID, str, int, str, dict[str, str]]) -> Iterator[Expected]:
    pk, file, size, sha256, thumbnails = row
    owner = f"artwork {pk}"
    yield Expected(name=file, belongs_to=owner, bytes=size, sha256=sha256)
    for name in thumbnails.values():
        yield Expected(name=name, belongs_to=owner)


def _of_picture(sha256: str, size: int) -> Iterator[Expected]:
    name = f"{PICTURES}/{sha256[:2]}/{sha256}.png"
    yield Expected(name=name, belongs_to=f"picture {sha256[:12]}", bytes=size, sha256=sha256)


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
        except (UnidentifiedImageError, SyntaxError, ValueError, EOFError):
            return False
        except OSError as error:
            if error.errno is not None:
                raise
            # Pillow's word for a picture that ends too early.
            return False
    return True


def _about(file: Expected, trouble: Trouble, sentence: str) -> Finding:
    return Finding(trouble=trouble, name=file.name, belongs_to=file.belongs_to, sentence=sentence)


def _present() -> Iterator[KeptFile]:
    """The files of the folders that rows speak of."""
    for folder in (*FOLDERS, PICTURES):
        yield from sorted(media_storage().files_in(folder))


def _without_row(present: Iterable[KeptFile], named: Iterable[str]) -> Iterator[Finding]:
    """Files that no row names; young ones may still get theirs."""
    known, oldest = set(named), time.time() - STRAY_AGE_S
    for file in present:
        if file.name in known or file.written_at >= oldest:
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
