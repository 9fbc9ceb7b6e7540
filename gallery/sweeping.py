"""Files that no row speaks of: unfinished ones, and those of a worker that died between writing and hanging."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from gallery.models import Artwork
from gallery.storage import STRAY_PREFIX

STRAY_AGE_S = 3600
"""No picture takes an hour from its file to its row: an older file without one belongs to nobody."""
BATCH = 500
FOLDERS = ("artworks", "thumbnails")


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What one sweep removed."""

    unfinished: int
    orphans: int


def files_sweep() -> SweepReport:
    """Remove old files that belong to no artwork. Safe at any time; reads the whole media folder, so run it hourly."""
    old = list(_old_files(time.time() - STRAY_AGE_S))
    unfinished = [path for path in old if path.name.startswith(STRAY_PREFIX)]
    finished = [path for path in old if not path.name.startswith(STRAY_PREFIX)]
    orphans = [path for at in range(0, len(finished), BATCH) for path in _without_row(finished[at : at + BATCH])]
    for path in (*unfinished, *orphans):
        path.unlink(missing_ok=True)
    return SweepReport(unfinished=len(unfinished), orphans=len(orphans))


def _old_files(oldest: float) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in Path(settings.MEDIA_ROOT, folder).rglob("*"):
            if path.is_file() and is_older(path, oldest):
                yield path


def is_older(path: Path, moment: float) -> bool:
    """Whether a file was last written before a moment. One that goes meanwhile was not: somebody is at work with it."""
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False


def _without_row(paths: Sequence[Path]) -> list[Path]:
    """Those of the files that carry the id of an artwork that is not there. Files of other names are not ours."""
    ids = {path: artwork_id for path in paths if (artwork_id := _artwork_id(path))}
    known = set(Artwork.objects.filter(pk__in=set(ids.values())).values_list("pk", flat=True))
    return [path for path, artwork_id in ids.items() if artwork_id not in known]


def _artwork_id(path: Path) -> UUID | None:
    try:
        return UUID(hex=path.name.split("-", 1)[0])
    except ValueError:
        return None
