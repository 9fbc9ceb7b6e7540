"""Putting other files and another database in place so that it can be undone, also after a power cut in between.

The journal is written before the first file moves and goes after the last check: while it is there, the restore is
not done, and whoever finds it undoes it.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from aria_site.backup.databases import database_of_settings
from aria_site.backup.errors import BackupError
from aria_site.backup.folders import Backup
from aria_site.backup.manifest import MEDIA, SECRET_KEY, manifest_read
from aria_site.backup.progress import Tell

STAGED = ".restoring"
REPLACED = ".replaced"
JOURNAL = "journal.json"


def media_stage(backup: Backup, tell: Tell) -> None:
    """Copy the files of a backup beside those that are in use. Raises OSError."""
    staged = _root() / STAGED
    staged.mkdir(parents=True)
    names = backup.manifest.media
    for done, name in enumerate(names):
        tell("copying", done, len(names))
        target = staged / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(backup.folder / MEDIA / name, target)
    tell("copying", len(names), len(names))
    os.sync()


def journal_open(point: Backup) -> None:
    """From here on an interruption is undone from `point`."""
    replaced = _root() / REPLACED
    replaced.mkdir()
    draft = replaced / f".{JOURNAL}"
    draft.write_text(json.dumps({"point": str(point.folder), "entries": [entry.name for entry in _entries(_root())]}))
    os.sync()
    draft.rename(replaced / JOURNAL)
    # Nothing is replaced before the journal is on the disk: what lies there without one is not needed.
    os.sync()


def journal_close() -> None:
    """The restore is done and final, once all of it is on the disk."""
    os.sync()
    (_root() / REPLACED / JOURNAL).unlink()
    _remains_remove()


def media_swap() -> None:
    """Move away what is in use, and the staged files into its place."""
    root = _root()
    for entry in _entries(root):
        entry.rename(root / REPLACED / entry.name)
    for entry in _entries(root / STAGED):
        entry.rename(root / entry.name)


def interrupted_restore_undo() -> bool:
    """Put back what a restore replaced and did not finish. Returns whether there was one. Raises BackupError.

    For whoever holds the data folder. Can itself be interrupted, and run again. Copies of a restore that was cut off
    before it replaced anything, or after its last check, are removed.
    """
    root = _root()
    journal = root / REPLACED / JOURNAL
    if not journal.exists():
        _remains_remove()
        return False
    content = json.loads(journal.read_text())
    point = Path(content["point"])
    manifest = manifest_read(point)
    _media_back(root, set(content["entries"]))
    database_of_settings().load(point / manifest.database)
    secret_key_put(point)
    journal_close()
    return True


def _media_back(root: Path, entries: set[str]) -> None:
    replaced = root / REPLACED
    for entry in _entries(root):
        was_here = entry.name in entries and not (replaced / entry.name).exists()
        if not was_here:
            _remove(entry)
    for entry in replaced.iterdir():
        if entry.name in entries:
            entry.rename(root / entry.name)


def secret_key_put(folder: Path) -> None:
    """Put the key of a backup in place, unless the environment has one, or the backup none."""
    source, target = folder / SECRET_KEY, settings.DATA_DIR / SECRET_KEY
    if settings.ENV.aria_secret_key or not source.is_file():
        return
    draft = target.with_name(f".{SECRET_KEY}-restored")
    draft.touch(mode=0o600)
    draft.write_bytes(source.read_bytes())
    draft.replace(target)


def room_check(backup: Backup) -> None:
    """Raise BackupError where the files of the backup do not fit beside those that are there."""
    needed = sum(file.bytes for file in backup.manifest.media.values())
    root = _root()
    root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(root).free
    if free < needed:
        raise BackupError(
            f"The files of the backup need {needed // 2**20} MB, and the disk of {root} has {free // 2**20} MB free. "
            "Nothing was changed."
        )


def _root() -> Path:
    return Path(settings.MEDIA_ROOT)


def _remains_remove() -> None:
    for name in (STAGED, REPLACED):
        shutil.rmtree(_root() / name, ignore_errors=True)


def _entries(folder: Path) -> Iterator[Path]:
    yield from [entry for entry in folder.iterdir() if not entry.name.startswith(".")]


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()
