"""Taking a backup while Aria works: the database first, the files second, the list last."""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

import aria_site
from aria_site.backup.copying import MediaCopies
from aria_site.backup.databases import Database, database_of_settings
from aria_site.backup.errors import BackupError
from aria_site.backup.folders import DRAFT_PREFIX, Backup, backup_is_due, backups_all, backups_prune, only_one_at_work
from aria_site.backup.manifest import MEDIA, SECRET_KEY, Kind, Manifest, file_facts, manifest_write
from aria_site.backup.media import media_files, media_is_local
from aria_site.backup.progress import Tell, tell_nobody
from aria_site.backup.snapshot import Snapshot
from aria_site.kernel.hashing import keyed_digest

ROUNDS = 3
"""So often the database is copied at most, where files went while they were being copied."""
LEAST_FREE = 256 * 1024 * 1024
"""What a backup leaves free on its disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBackup:
    """A backup and how it came about."""

    backup: Backup
    copied: int
    linked: int


def backup_take(kind: Kind = Kind.MANUAL, tell: Tell = tell_nobody) -> TakenBackup:
    """Take one. It appears under its name when it is complete. Raises BackupError; nothing is left behind then."""
    with only_one_at_work() as folder:
        return backup_take_in(folder, kind, tell)


def backup_take_daily() -> TakenBackup | None:
    """Take the backup of the day and remove those that are too old; nothing where there is one. Raises BackupError."""
    if not backup_is_due():
        return None
    with only_one_at_work() as folder:
        taken = backup_take_in(folder, Kind.DAILY, tell_nobody)
        backups_prune()
        return taken


def backup_take_in(folder: Path, kind: Kind, tell: Tell) -> TakenBackup:
    """Take one for somebody who holds the folder already. Raises BackupError."""
    now = datetime.now(UTC)
    name = _free_name(folder, f"{now:%Y-%m-%dT%H%M%SZ}")
    draft = folder / f"{DRAFT_PREFIX}{name}"
    try:
        draft.mkdir(mode=0o700)
        manifest, copies = _fill(draft, kind, now, tell)
        manifest_write(draft, manifest)
        os.sync()
        draft.rename(folder / name)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise BackupError(f"No backup was taken: {error.strerror or error}.") from error
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    backup = Backup(folder=folder / name, manifest=manifest)
    return TakenBackup(backup=backup, copied=len(copies.files) - copies.linked, linked=copies.linked)


def _free_name(folder: Path, name: str) -> str:
    names = [name, *(f"{name}-{number}" for number in range(2, 100))]
    return next(free for free in names if not (folder / free).exists())


def _fill(draft: Path, kind: Kind, now: datetime, tell: Tell) -> tuple[Manifest, MediaCopies]:
    """Copy everything into the draft and list it."""
    database, last = database_of_settings(), _last_backup()
    _room_check(draft, database, last)
    snapshot, copies = _moment(database, draft, last, tell)
    files = {f"{MEDIA}/{name}": file for name, file in copies.files.items()}
    others = [database.file_name, *([SECRET_KEY] if _secret_key_copy(draft) else [])]
    files |= {name: file_facts(draft / name) for name in others}
    manifest = Manifest(
        kind=kind,
        created_at=now.isoformat(timespec="seconds"),
        aria=aria_site.__version__,
        engine=database.engine,
        database=database.file_name,
        key_mark=key_mark(),
        migrations=snapshot.migrations,
        tables=snapshot.tables,
        files=files,
        missing=tuple(_missing(snapshot, copies)),
        damaged=tuple(_damaged(snapshot, copies)),
    )
    return manifest, copies


def _moment(database: Database, draft: Path, last: Backup | None, tell: Tell) -> tuple[Snapshot, MediaCopies]:
    """The database and its files. A file that goes meanwhile takes its row along: then both are brought up to date."""
    copies = MediaCopies(draft, last)
    missing: list[str] = []
    for _ in range(ROUNDS):
        snapshot = _database_copy(database, draft, tell)
        if media_is_local():
            copies.update(snapshot.files, tell)
        before, missing = missing, _missing(snapshot, copies)
        if not missing or missing == before:
            break
    return snapshot, copies


def _missing(snapshot: Snapshot, copies: MediaCopies) -> list[str]:
    return sorted(snapshot.files.keys() - copies.files.keys()) if media_is_local() else []


def _damaged(snapshot: Snapshot, copies: MediaCopies) -> list[str]:
    named = {name: sha256 for name, sha256 in snapshot.files.items() if sha256 and name in copies.files}
    return sorted(name for name, sha256 in named.items() if copies.files[name].sha256 != sha256)


def key_mark() -> str:
    """Tells secret keys apart without telling anything of them."""
    return keyed_digest("backup", "the same key?")[:16]


def _room_check(draft: Path, database: Database, last: Backup | None) -> None:
    """Raise BackupError where what is new would fill the disk."""
    known = last.manifest.media if last else {}
    new = sum(_size(path) for name, path in media_files() if name not in known) if media_is_local() else 0
    new += database.size()
    free = shutil.disk_usage(draft).free
    if free < new + LEAST_FREE:
        raise BackupError(
            f"No backup was taken: it needs {(new + LEAST_FREE) // 2**20} MB, and the disk of {draft.parent} has "
            f"{free // 2**20} MB free. Free some space, or set ARIA_BACKUPS to a folder elsewhere."
        )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        # A sweep was faster.
        return 0


def _database_copy(database: Database, draft: Path, tell: Tell) -> Snapshot:
    tell("database", 0, 1)
    (draft / database.file_name).unlink(missing_ok=True)
    snapshot = database.dump(draft / database.file_name)
    tell("database", 1, 1)
    return snapshot


def _last_backup() -> Backup | None:
    backups = backups_all()
    return backups[-1] if backups else None


def _secret_key_copy(draft: Path) -> bool:
    """Copy the key that Aria made for herself; one of the environment is kept by whoever set it."""
    source = settings.DATA_DIR / SECRET_KEY
    if settings.ENV.aria_secret_key or not source.is_file():
        return False
    target = draft / SECRET_KEY
    target.touch(mode=0o600)
    target.write_bytes(source.read_bytes())
    return True
