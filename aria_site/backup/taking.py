"""Taking a backup while Aria works: the database first, the files second, the list last."""

import os
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

import aria_site
from aria_site.backup.databases import Database, database_of_settings
from aria_site.backup.errors import BackupError
from aria_site.backup.folders import DRAFT_PREFIX, Backup, backup_is_due, backups_all, backups_prune, only_one_at_work
from aria_site.backup.manifest import MEDIA, SECRET_KEY, Kind, Manifest, StoredFile, file_facts, manifest_write
from aria_site.backup.media import media_files, media_is_local
from aria_site.backup.progress import Tell, tell_nobody
from aria_site.backup.snapshot import Snapshot
from aria_site.kernel.hashing import keyed_digest

ROUNDS = 3
"""So often the database is copied anew where files went while they were being copied."""
LEAST_FREE = 256 * 1024 * 1024
"""What a backup leaves free on its disk."""


@dataclass(slots=True, kw_only=True)
class MediaCopies:
    """What one round made of the media folder."""

    files: dict[str, StoredFile] = field(default_factory=dict)
    linked: int = 0


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
    draft.mkdir(mode=0o700)
    try:
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
    database = database_of_settings()
    _room_check(draft, database)
    snapshot, copies = _moment(database, draft, tell)
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


def _moment(database: Database, draft: Path, tell: Tell) -> tuple[Snapshot, MediaCopies]:
    """The database and its files. A file that goes meanwhile takes its row along: then both are copied anew."""
    for _ in range(ROUNDS):
        snapshot = _database_copy(database, draft, tell)
        copies = _media_copy(draft, snapshot, tell) if media_is_local() else MediaCopies()
        if not _missing(snapshot, copies):
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


def _room_check(draft: Path, database: Database) -> None:
    """Raise BackupError where what is new would fill the disk."""
    last = _last_backup()
    known = last.manifest.media if last else {}
    new = sum(path.stat().st_size for name, path in media_files() if name not in known) if media_is_local() else 0
    new += database.size()
    free = shutil.disk_usage(draft).free
    if free < new + LEAST_FREE:
        raise BackupError(
            f"No backup was taken: it needs {(new + LEAST_FREE) // 2**20} MB, and the disk of {draft.parent} has "
            f"{free // 2**20} MB free. Free some space, or set ARIA_BACKUPS to a folder elsewhere."
        )


def _database_copy(database: Database, draft: Path, tell: Tell) -> Snapshot:
    tell("database", 0, 1)
    (draft / database.file_name).unlink(missing_ok=True)
    snapshot = database.dump(draft / database.file_name)
    tell("database", 1, 1)
    return snapshot


def _last_backup() -> Backup | None:
    backups = backups_all()
    return backups[-1] if backups else None


def _media_copy(draft: Path, snapshot: Snapshot, tell: Tell) -> MediaCopies:
    """Copy what is there; what the last backup holds already is one more name for the same file."""
    last, copies = _last_backup(), MediaCopies()
    found = list(media_files())
    for done, (name, path) in enumerate(found):
        tell("files", done, len(found))
        target = draft / MEDIA / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            known = _known_copy(last, name, path, snapshot.files.get(name, ""))
            target.unlink(missing_ok=True)
            if last and known:
                target.hardlink_to(last.folder / MEDIA / name)
            copies.files[name] = known or _copy(path, target)
            copies.linked += known is not None
        except FileNotFoundError:
            # A sweep was faster; whether a row misses it is found out afterwards.
            continue
    tell("files", len(found), len(found))
    return copies


def _known_copy(last: Backup | None, name: str, path: Path, sha256: str) -> StoredFile | None:
    """The file in the last backup where it is the same one: by the hash that its row names, else by size and time."""
    known = last.manifest.files.get(f"{MEDIA}/{name}") if last else None
    kept = last.folder / MEDIA / name if last else path
    if known is None or not kept.is_file():
        return None
    live, facts = path.stat(), kept.stat()
    is_same = known.sha256 == sha256 if sha256 else facts.st_mtime_ns == live.st_mtime_ns
    return known if is_same and facts.st_size == live.st_size == known.bytes else None


def _copy(path: Path, target: Path) -> StoredFile:
    shutil.copy2(path, target)
    return file_facts(target)


def _secret_key_copy(draft: Path) -> bool:
    """Copy the key that Aria made for herself; one of the environment is kept by whoever set it."""
    source = settings.DATA_DIR / SECRET_KEY
    if settings.ENV.aria_secret_key or not source.is_file():
        return False
    target = draft / SECRET_KEY
    target.touch(mode=0o600)
    target.write_bytes(source.read_bytes())
    return True
