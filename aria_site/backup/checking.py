"""Is a backup whole, and does it fit this studio? Asked before a restore touches anything, or at any time."""

import re

import aria_site
from aria_site.backup.databases import Database
from aria_site.backup.errors import BackupError
from aria_site.backup.folders import Backup
from aria_site.backup.manifest import Manifest, file_facts
from aria_site.backup.progress import Tell, tell_nobody
from aria_site.health import known_migrations


def backup_damage(backup: Backup, tell: Tell = tell_nobody) -> list[str]:
    """Read every file of a backup; the names of those that are not what its list says."""
    files, damaged = backup.manifest.files, []
    for done, (name, expected) in enumerate(files.items()):
        tell("checking", done, len(files))
        try:
            is_whole = file_facts(backup.folder / name) == expected
        except OSError:
            is_whole = False
        damaged += [] if is_whole else [name]
    tell("checking", len(files), len(files))
    return damaged


def backup_check(backup: Backup, tell: Tell) -> None:
    """Raise BackupError where a file of the backup is damaged or gone."""
    damaged = backup_damage(backup, tell)
    if damaged:
        more = f" and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        raise BackupError(f"The backup {backup.folder.name} is damaged: {damaged[0]}{more}. Nothing was changed.")


def backup_suits(manifest: Manifest, database: Database) -> None:
    """Raise BackupError where the backup is of a newer Aria, or of the other kind of database."""
    strange = set(manifest.migrations) - _known(manifest)
    if _numbers(manifest.aria) > _numbers(aria_site.__version__) or strange:
        what = f"Aria {manifest.aria}" if not strange else f"Aria {manifest.aria} with {len(strange)} newer migrations"
        raise BackupError(
            f"The backup was taken by {what}, and this is {aria_site.__version__}: install that version or a newer one."
        )
    if manifest.engine != database.engine:
        raise BackupError(
            f"The backup holds a {manifest.engine} database, and this studio uses {database.engine}: "
            "set DATABASE_URL as it was when the backup was taken."
        )


def _known(manifest: Manifest) -> set[tuple[str, str]]:
    """Migrations in the code, and those of apps that are not: an app that was removed makes nothing newer."""
    known = known_migrations()
    apps = {app for app, _ in known}
    return {*known, *((app, name) for app, name in manifest.migrations if app not in apps)}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
