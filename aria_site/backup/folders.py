"""The folder of backups: what lies in it, who may work in it, and how long each backup stays."""

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from aria_site.backup.errors import BackupError
from aria_site.backup.manifest import FILE_NAME, Kind, Manifest, manifest_read

DRAFT_PREFIX = ".unfinished-"
LOCK = ".lock"
LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A finished backup and its list."""

    folder: Path
    manifest: Manifest

    @property
    def created_at(self) -> datetime:
        """When its database was copied."""
        return datetime.fromisoformat(self.manifest.created_at)


@contextmanager
def only_one_at_work() -> Iterator[Path]:
    """Hold the folder of backups, without the drafts of whoever was killed. Raises BackupError while it is held."""
    folder = Path(settings.BACKUP_DIR)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a")
    except OSError as error:
        raise BackupError(f"Backups cannot be written to {folder} ({error.strerror}): set ARIA_BACKUPS.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"Another backup or restore is at work in {folder}: wait until it is done.") from None
        for draft in folder.glob(f"{DRAFT_PREFIX}*"):
            shutil.rmtree(draft)
        yield folder


def backups_all() -> list[Backup]:
    """Every backup whose list can be read, oldest first."""
    found = []
    for path in Path(settings.BACKUP_DIR).glob(f"[!.]*/{FILE_NAME}"):
        try:
            found.append(Backup(folder=path.parent, manifest=manifest_read(path.parent)))
        except BackupError:
            # It may be all that is left of something: it stays, and `restore` says what is wrong with it.
            continue
    return sorted(found, key=lambda backup: (backup.created_at, backup.folder.name))


def backup_named(name: str) -> Backup:
    """The backup of that name or path; `latest` is the newest one. Raises BackupError."""
    if name == LATEST:
        wanted = [backup for backup in backups_all() if backup.manifest.kind != Kind.BEFORE_RESTORE]
        if not wanted:
            raise BackupError(f"There is no backup in {settings.BACKUP_DIR}.")
        return wanted[-1]
    inside = Path(settings.BACKUP_DIR) / name
    folder = inside if inside.is_dir() else Path(name).resolve()
    return Backup(folder=folder, manifest=manifest_read(folder))


def backup_is_due() -> bool:
    """Whether Aria takes backups by herself and has taken none for a day."""
    if not settings.BACKUPS_KEPT:
        return False
    day_ago = timezone.now() - timedelta(days=1)
    return not any(backup.manifest.kind == Kind.DAILY and backup.created_at > day_ago for backup in backups_all())


def backups_prune() -> list[str]:
    """Remove what is older than the days that are kept, and of each day all daily backups but the newest.

    Backups that a person asked for stay, and so does everything while Aria takes none by herself.
    """
    if not settings.BACKUPS_KEPT:
        return []
    unwanted = _unwanted(backups_all())
    for backup in unwanted:
        # Out of sight first: a folder that is half gone is no backup any more.
        draft = backup.folder.rename(backup.folder.with_name(DRAFT_PREFIX + backup.folder.name))
        shutil.rmtree(draft)
    return [backup.folder.name for backup in unwanted]


def _unwanted(backups: Sequence[Backup]) -> list[Backup]:
    daily = [backup for backup in backups if backup.manifest.kind == Kind.DAILY]
    points = [backup for backup in backups if backup.manifest.kind == Kind.BEFORE_RESTORE]
    newest_of_day = {_day(backup): backup for backup in daily}
    older = [backup for backup in daily if backup is not newest_of_day[_day(backup)]]
    return [*older, *_beyond_the_kept([*newest_of_day.values()]), *_beyond_the_kept(points)]


def _beyond_the_kept(backups: Sequence[Backup]) -> list[Backup]:
    """All but those of the newest days; each point before a restore may be the only one of what was there then."""
    days = sorted({_day(backup) for backup in backups})[-settings.BACKUPS_KEPT :]
    return [backup for backup in backups if _day(backup) not in days]


def _day(backup: Backup) -> date:
    return timezone.localdate(backup.created_at)
