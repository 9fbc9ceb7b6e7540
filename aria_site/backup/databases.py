"""The two kinds of database, each with one way out and one way back in."""

from pathlib import Path
from typing import Protocol

from django.db import connection

from aria_site.backup.snapshot import Snapshot


class Database(Protocol):
    """The database of the settings."""

    engine: str
    file_name: str

    def size(self) -> int:
        """About how many bytes a dump takes at most."""

    def dump(self, target: Path) -> Snapshot:
        """Write one moment of it to a file, while others write. Raises BackupError."""

    def load(self, source: Path) -> None:
        """Put the content of such a file in its place, all of it or nothing. Raises BackupError."""


def database_of_settings() -> Database:
    """Whichever is configured."""
    if connection.vendor == "postgresql":
        from aria_site.backup.postgres import PostgresDatabase

        return PostgresDatabase()
    from aria_site.backup.sqlite import SqliteDatabase

    return SqliteDatabase()
