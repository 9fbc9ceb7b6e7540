"""What a database holds, read with plain SQL: copies of it, and schemas older than the code, have no models."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gallery.models import Artwork
from generation.models import StoredPicture
from generation.picture_files import picture_name

MIGRATIONS = "django_migrations"


class Cursor(Protocol):
    """The part of a DB-API cursor that is needed here."""

    def execute(self, sql: str, /) -> Any:
        """Run one statement."""

    def fetchall(self) -> list[Any]:
        """All rows of the last statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One moment of a database."""

    tables: dict[str, int]
    migrations: tuple[tuple[str, str], ...]
    files: dict[str, str]
    """Media files that rows name, each with the SHA-256 it must have; empty where no row says so."""


def snapshot_read(cursor: Cursor, tables: Sequence[str]) -> Snapshot:
    """Read it. All of it is of one moment only where the cursor's transaction is."""
    counts = {table: int(_select(cursor, "count(*)", table)[0][0]) for table in sorted(tables)}
    migrations: list[tuple[str, str]] = []
    if MIGRATIONS in counts:
        migrations = [(app, name) for app, name in _select(cursor, "app, name", MIGRATIONS)]
    files = {**_artwork_files(cursor, counts), **_picture_files(cursor, counts)}
    return Snapshot(tables=counts, migrations=tuple(sorted(migrations)), files=files)


def _artwork_files(cursor: Cursor, tables: dict[str, int]) -> dict[str, str]:
    table = Artwork._meta.db_table
    if table not in tables:
        return {}
    files: dict[str, str] = {}
    for master, sha256, thumbnails in _select(cursor, "file, sha256, thumbnails", table):
        files[master] = sha256
        names = json.loads(thumbnails) if isinstance(thumbnails, str) else thumbnails
        files.update(dict.fromkeys(names.values(), ""))
    return files


def _picture_files(cursor: Cursor, tables: dict[str, int]) -> dict[str, str]:
    table = StoredPicture._meta.db_table
    if table not in tables:
        return {}
    hashes = [sha256 for (sha256,) in _select(cursor, "DISTINCT sha256", table)]
    return {picture_name(sha256): sha256 for sha256 in hashes}


def _select(cursor: Cursor, columns: str, table: str) -> list[Any]:
    cursor.execute(f'SELECT {columns} FROM "{table}"')  # noqa: S608  names of tables come from the database itself
    return cursor.fetchall()
