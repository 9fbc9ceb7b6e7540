"""Backups in words and in JSON, for the commands."""

from typing import Any

from django.template.defaultfilters import filesizeformat

from aria_site.backup.folders import Backup
from aria_site.backup.manifest import Manifest


def backup_document(backup: Backup) -> dict[str, Any]:
    """A backup for programs."""
    manifest = backup.manifest
    return {
        "backup": backup.folder.name,
        "folder": str(backup.folder),
        "kind": manifest.kind,
        "created_at": manifest.created_at,
        "aria": manifest.aria,
        "engine": manifest.engine,
        "rows": sum(manifest.tables.values()),
        "files": len(manifest.media),
        "bytes": manifest.bytes,
        "missing": list(manifest.missing),
        "damaged": list(manifest.damaged),
    }


def backup_line(backup: Backup) -> str:
    """A backup in one line of a list."""
    manifest = backup.manifest
    return f"{backup.folder.name}  {manifest.kind:<14}  Aria {manifest.aria}  {contents(manifest)}"


def contents(manifest: Manifest) -> str:
    """What is in it."""
    size = filesizeformat(manifest.bytes).replace("\xa0", " ")
    return f"{sum(manifest.tables.values())} rows, {counted(len(manifest.media), 'file')}, {size}"


def counted(number: int, word: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
