"""SQLite through its online backup API: a reader among writers on the way out, one transaction on the way in."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection

from aria_site.backup.errors import BackupError
from aria_site.backup.snapshot import Snapshot, snapshot_read

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
BUSY_S = 20.0
"""How long another writer is waited for."""


class SqliteDatabase:
    """The SQLite file of the settings."""

    engine = "sqlite"
    file_name = "database.sqlite3"

    def __init__(self) -> None:
        self.path = Path(connection.settings_dict["NAME"])

    def size(self) -> int:
        """The size of the file; nothing where there is none yet."""
        return self.path.stat().st_size if self.path.exists() else 0

    def dump(self, target: Path) -> Snapshot:
        """Copy it in one step: with a write-ahead log the copy is of one moment, and holds up nobody."""
        target.touch(mode=0o600)
        try:
            with closing(self._connect()) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
                # A single file, without a log beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
                _check(copy)
                cursor = copy.cursor()
                tables = [name for (name,) in cursor.execute(TABLES)]
                return snapshot_read(cursor, tables)
        except sqlite3.Error as error:
            raise BackupError(f"The database {self.path} cannot be read ({error}).") from error

    def load(self, source: Path) -> None:
        """Copy it back over what is there. Readers see the old content or the new one."""
        connection.close()
        try:
            with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as copy:
                _check(copy)
                with closing(self._connect()) as target:
                    copy.backup(target)
                    target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise BackupError(f"The database {self.path} cannot be replaced ({error}).") from error

    def _connect(self) -> sqlite3.Connection:
        made = sqlite3.connect(self.path, timeout=BUSY_S)
        made.executescript(str(settings.SQLITE_OPTIONS["init_command"]))
        return made


def _check(copy: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError where pages do not fit together."""
    (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)
