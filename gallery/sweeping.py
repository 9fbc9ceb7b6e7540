"""Files that no row speaks of: unfinished ones, and those of a worker that died between writing and hanging."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gallery.models import Artwork
from gallery.storage import media_storage

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
    """Remove old files that belong to no artwork. Safe at any time; lists all files of artworks, so run it hourly."""
    storage, oldest = media_storage(), time.time() - STRAY_AGE_S
    old = [file for folder in FOLDERS for file in storage.files_in(folder) if file.written_at < oldest]
    unfinished = [file.name for file in old if file.is_unfinished]
    finished = [file.name for file in old if not file.is_unfinished]
    orphans = [name for at in range(0, len(finished), BATCH) for name in _without_row(finished[at : at + BATCH])]
    for name in (*unfinished, *orphans):
        storage.delete(name)
    return SweepReport(unfinished=len(unfinished), orphans=len(orphans))


def is_older(name: str, moment: float) -> bool:
    """Whether a file was last written before a moment. One that goes meanwhile was not: somebody is at work with it."""
    try:
        return media_storage().written_at(name) < moment
    except FileNotFoundError:
        return False


def _without_row(names: Sequence[str]) -> list[str]:
    """Those of the files that carry the id of an artwork that is not there. Files of other names are not ours."""
    ids = {name: artwork_id for name in names if (artwork_id := _artwork_id(name))}
    known = set(Artwork.objects.filter(pk__in=set(ids.values())).values_list("pk", flat=True))
    return [name for name, artwork_id in ids.items() if artwork_id not in known]


def _artwork_id(name: str) -> UUID | None:
    try:
        return UUID(hex=name.rsplit("/", 1)[-1].split("-", 1)[0])
    except ValueError:
        return None
