"""Restoring a backup: everything is checked before anything is touched, and everything is restored or nothing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from aria_site.accounts.models import User
from aria_site.backup.checking import backup_check, backup_suits
from aria_site.backup.databases import Database, database_of_settings
from aria_site.backup.errors import BackupError
from aria_site.backup.folders import Backup, backup_named, only_one_at_work
from aria_site.backup.manifest import SECRET_KEY, Kind
from aria_site.backup.media import media_files
from aria_site.backup.progress import Tell, tell_nobody
from aria_site.backup.replacing import (
    interrupted_restore_undo,
    journal_close,
    journal_open,
    media_stage,
    media_swap,
    room_check,
    secret_key_put,
)
from aria_site.backup.snapshot import Snapshot, snapshot_read
from aria_site.backup.taking import backup_take_in, key_mark
from aria_site.studio.children import wait_for_the_last_one
from aria_site.studio.preparation import (
    NotReadyError,
    database_prepare,
    folder_prepare,
    only_studio_here,
    only_workers_here,
)
from gallery.models import Artwork
from generation.models import Job, Worker
from generation.selectors import WORKER_SEEN_WITHIN, workers_alive


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was restored, and where what it replaced is kept."""

    backup: Backup
    kept: Backup | None
    """The backup of what was there before, if anything was."""
    other_key: bool
    """Whether the secret key is not the one of the backup: sign-ins and API keys do not work then."""


def backup_restore(name: str, *, replace: bool = False, tell: Tell = tell_nobody) -> RestoreReport:
    """Bring back the database, the files and the secret key of a backup.

    Raises BackupError where the backup is damaged, newer, or of another database, where a studio runs, or where there
    is something already and `replace` does not say that it may go. Nothing is changed then.
    """
    backup, database = backup_named(name), database_of_settings()
    backup_suits(backup.manifest, database)
    backup_check(backup, tell)
    with _nobody_else() as folder:
        interrupted_restore_undo()
        _idle_check()
        was_empty = _is_empty()
        if not (was_empty or replace):
            raise BackupError(
                f"There is a studio in {settings.DATA_DIR} already. Nothing was changed. With --replace the backup "
                "takes its place; what is there now is backed up first."
            )
        room_check(backup)
        point = backup_take_in(folder, Kind.BEFORE_RESTORE, tell).backup
        _replace(backup, point, database, tell)
        if was_empty:
            shutil.rmtree(point.folder)
    has_key = SECRET_KEY in backup.manifest.files and not settings.ENV.aria_secret_key
    other_key = not has_key and backup.manifest.key_mark != key_mark()
    return RestoreReport(backup=backup, kept=None if was_empty else point, other_key=other_key)


def _replace(backup: Backup, point: Backup, database: Database, tell: Tell) -> None:
    """The part that can be undone, and is where anything in it fails."""
    try:
        media_stage(backup, tell)
        journal_open(point)
        media_swap()
        tell("database", 0, 1)
        database.load(backup.folder / backup.manifest.database)
        _counts_check(backup)
        database_prepare()
        secret_key_put(backup.folder)
        tell("database", 1, 1)
    except OSError as error:
        interrupted_restore_undo()
        raise BackupError(f"The restore failed ({error.strerror or error}) and was undone.") from error
    except BaseException:
        interrupted_restore_undo()
        raise
    journal_close()


@contextmanager
def _nobody_else() -> Iterator[Path]:
    """Hold the data folder and the folder of backups. Raises BackupError while a studio or a backup has them."""
    data = Path(settings.DATA_DIR)
    try:
        folder_prepare(data)
        with only_studio_here(data), only_workers_here(data), only_one_at_work() as folder:
            wait_for_the_last_one(data / "run")
            yield folder
    except NotReadyError as error:
        raise BackupError(str(error)) from None


def _idle_check() -> None:
    """Raise BackupError while a GPU worker anywhere reports to this database."""
    if Worker._meta.db_table not in _live().tables:
        return
    names = sorted(worker.name for worker in workers_alive())
    if names:
        raise BackupError(
            f"GPU workers still use this database: {', '.join(names)}. Stop them first; one that was killed is "
            f"forgotten after {WORKER_SEEN_WITHIN.seconds} seconds."
        )


def _is_empty() -> bool:
    """Whether nobody has been here: no people, no pictures, no jobs, no files."""
    tables = _live().tables
    rows = sum(tables.get(model._meta.db_table, 0) for model in (User, Artwork, Job))
    return not rows and not any(media_files())


def _live() -> Snapshot:
    try:
        with connection.cursor() as cursor:
            return snapshot_read(cursor, connection.introspection.table_names(cursor))
    except DatabaseError as error:
        raise BackupError(
            f"The database that is there cannot be read ({error}). Move it away, then restore again."
        ) from error


def _counts_check(backup: Backup) -> None:
    """Raise BackupError where the database does not hold what the list says."""
    found, expected = _live().tables, backup.manifest.tables
    wrong = sorted(table for table in {*found, *expected} if found.get(table) != expected.get(table))
    if wrong:
        raise BackupError(
            f"After the restore the rows of {', '.join(wrong)} are not as many as the backup says. It was undone."
        )
