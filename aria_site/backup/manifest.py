"""The list of what a backup holds: written last, read and distrusted first."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from aria_site.backup.errors import BackupError

FILE_NAME = "manifest.json"
FORMAT = 1
MEDIA = "media"
SECRET_KEY = "secret_key"  # noqa: S105  the name of a file
CHUNK = 1024 * 1024


class Kind(StrEnum):
    """Why a backup was taken; retention removes none that a person asked for."""

    MANUAL = "manual"
    DAILY = "daily"
    BEFORE_RESTORE = "before-restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file of a backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that is known of a backup without opening its files."""

    kind: Kind
    created_at: str
    aria: str
    engine: str
    """`sqlite` or `postgresql`: one cannot be restored into the other."""
    database: str
    """The name of the file that holds the database."""
    key_mark: str
    """A digest under the site's secret key: tells whether two studios have the same one."""
    migrations: tuple[tuple[str, str], ...]
    tables: dict[str, int]
    """Rows of each table."""
    files: dict[str, StoredFile]
    """By the path inside the backup, the database included."""
    missing: tuple[str, ...] = ()
    """Media files that rows named and nobody found."""
    damaged: tuple[str, ...] = ()
    """Media files whose content is not what their rows say."""
    format: int = field(default=FORMAT)

    @property
    def media(self) -> dict[str, StoredFile]:
        """The media files, by their path inside the media folder."""
        prefix = f"{MEDIA}/"
        return {name.removeprefix(prefix): file for name, file in self.files.items() if name.startswith(prefix)}

    @property
    def bytes(self) -> int:
        """What all files weigh together."""
        return sum(file.bytes for file in self.files.values())


def manifest_write(folder: Path, manifest: Manifest) -> None:
    """Write the list into the folder of its backup, with a checksum of its own."""
    content = asdict(manifest)
    text = json.dumps({**content, "checksum": _checksum(content)}, indent=1, ensure_ascii=False)
    (folder / FILE_NAME).write_text(text, encoding="utf-8")


def manifest_read(folder: Path) -> Manifest:
    """The list of a backup. Raises BackupError where there is none, or it is damaged, or of a newer kind."""
    try:
        content: dict[str, Any] = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        checksum = content.pop("checksum")
        is_whole = checksum == _checksum(content)
    except FileNotFoundError:
        raise BackupError(f"{folder} is no backup: it holds no {FILE_NAME}.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        is_whole = False
    if not is_whole:
        raise BackupError(f"The {FILE_NAME} of {folder} is damaged.")
    if content["format"] != FORMAT:
        raise BackupError(f"{folder} was written by a newer Aria, in a form that this one does not read.")
    return _manifest(content)


def _manifest(content: dict[str, Any]) -> Manifest:
    files = {_safe_name(name): StoredFile(**facts) for name, facts in content["files"].items()}
    changes = {
        "kind": Kind(content["kind"]),
        "migrations": tuple((app, name) for app, name in content["migrations"]),
        "files": files,
        "missing": tuple(content["missing"]),
        "damaged": tuple(content["damaged"]),
    }
    return Manifest(**{**content, **changes})


def _safe_name(name: str) -> str:
    """The name again. Raises BackupError where it would lead out of the backup."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise BackupError(f"The backup names a file that would lie outside of it: {name}")
    return name


def _checksum(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def file_facts(path: Path) -> StoredFile:
    """Size and hash of a file, read once and in pieces. Raises OSError."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return StoredFile(bytes=size, sha256=digest.hexdigest())
