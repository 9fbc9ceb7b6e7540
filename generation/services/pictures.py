"""Keeping the pictures that paintings start from for as long as a recipe speaks of them."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone

from aria_site.accounts.models import User
from aria_site.kernel.problems import InvalidInputError
from gallery.models import Artwork
from gallery.sweeping import STRAY_AGE_S, is_older
from generation.models import Job, StoredPicture
from generation.picture_files import is_sha256, picture_file_remove, picture_files, picture_write
from generation.picture_intake import PictureKind, picture_intake
from generation.sources import ChosenPicture

UNUSED_FOR = timedelta(hours=24)
"""How long a picture waits for a job that names it."""
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSweepReport:
    """What one sweep of the pictures removed."""

    rows: int
    files: int


def picture_store(*, owner: User, data: bytes, kind: PictureKind = PictureKind.PICTURE) -> StoredPicture:
    """Take in a picture that a person brings. The same pixels again are the same picture.

    Raises InvalidInputError naming `file`; nothing is stored then.
    """
    taken = picture_intake(data, kind)
    picture_write(taken.sha256, taken.content)
    return StoredPicture.objects.update_or_create(
        owner=owner,
        sha256=taken.sha256,
        defaults={
            "width": taken.width,
            "height": taken.height,
            "bytes": len(taken.content),
            "used_at": timezone.now(),
        },
    )[0]


def artworks_copy(chosen: Iterable[ChosenPicture]) -> None:
    """Copy the files of artworks among the stored pictures, so that a recipe outlives the artwork it begins with.

    No row speaks of them yet: do this before the transaction of the job. Raises InvalidInputError naming the field.
    """
    for picture in chosen:
        if picture.artwork is None:
            continue
        try:
            with default_storage.open(picture.artwork.file) as stream:
                picture_write(picture.sha256, stream.read())
        except FileNotFoundError as error:
            sentence = f"The file of the artwork in `{picture.field}` is gone. Choose another one."
            raise InvalidInputError({picture.field: sentence}) from error


def pictures_use(*, owner: User, chosen: Iterable[ChosenPicture]) -> None:
    """Note that a job is about to name these pictures. Call it in the transaction of the job.

    Raises InvalidInputError where the sweep was faster.
    """
    now = timezone.now()
    for picture in chosen:
        if picture.artwork is not None:
            facts = {"width": picture.width, "height": picture.height, "bytes": picture.artwork.bytes, "used_at": now}
            StoredPicture.objects.update_or_create(owner=owner, sha256=picture.sha256, defaults=facts)
        elif not StoredPicture.objects.filter(owner=owner, sha256=picture.sha256).update(used_at=now):
            raise InvalidInputError({picture.field: f"The picture in `{picture.field}` is gone. Send it again."})


def pictures_sweep() -> PictureSweepReport:
    """Remove pictures that no recipe speaks of and nobody has used for a day, and files without a row.

    Safe at any time, next to itself and to people who order: a row that is used meanwhile stays.
    """
    unused = StoredPicture.objects.filter(used_at__lt=timezone.now() - UNUSED_FOR)
    hashes = sorted(set(unused.values_list("sha256", flat=True)))
    rows = 0
    for part in _batches(hashes):
        rows += unused.filter(sha256__in=set(part) - _spoken_of(part)).delete()[0]
    return PictureSweepReport(rows=rows, files=_sweep_files())


def _spoken_of(hashes: Sequence[str]) -> set[str]:
    """Those of the pictures that the recipe of a job or of an artwork names."""
    return _named(Job.objects.all(), hashes) | _named(Artwork.objects.all(), hashes)


def _named(rows: QuerySet[Job] | QuerySet[Artwork], hashes: Sequence[str]) -> set[str]:
    named: set[str] = set()
    for key in ("recipe_data__source", "recipe_data__mask"):
        named |= set(rows.filter(**{f"{key}__in": list(hashes)}).values_list(key, flat=True))
    return named


def _sweep_files() -> int:
    """Remove old files that no row speaks of, unfinished ones too."""
    oldest = time.time() - STRAY_AGE_S
    old = [file for file in picture_files() if file.written_at < oldest]
    unwanted = [file for file in old if file.is_unfinished]
    named = {stem: file for file in old if is_sha256(stem := PurePosixPath(file.name).stem)}
    for part in _batches(sorted(named)):
        known = set(StoredPicture.objects.filter(sha256__in=part).values_list("sha256", flat=True))
        unwanted += [named[sha256] for sha256 in part if sha256 not in known]
    # Whoever brought the same picture in between made the file young again.
    unwanted = [file for file in unwanted if is_older(file.name, oldest)]
    for file in unwanted:
        picture_file_remove(file.name)
    return len(unwanted)


def _batches(items: Sequence[str]) -> list[Sequence[str]]:
    return [items[at : at + BATCH] for at in range(0, len(items), BATCH)]
