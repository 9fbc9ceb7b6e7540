"""Painting an artwork again: a job that hangs nothing, and the verdict on how alike the two pictures are."""

from typing import Any

import numpy as np
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image

from aria_site.accounts.models import User
from aria_site.kernel.problems import ConflictError
from gallery.labels import recipe_or_none
from gallery.models import Artwork
from generation.engine.contract import EngineError
from generation.likeness import ENOUGH_DB, GREY_LEVELS, Difference, Likeness, first_difference, likeness
from generation.live import job_changed
from generation.models import DiffusionModel, Job, Reproduction
from generation.picture_intake import BROKEN
from generation.quotas import work_of
from generation.services.admitting import room_ensure
from generation.services.bell import ring
from generation.services.claiming import Claim
from generation.services.endings import job_succeed
from generation.services.learning import forecast_note


def reproduction_submit(*, artwork: Artwork, owner: User) -> Job:
    """Queue a job that paints an artwork again, and ring for a worker after commit.

    While one is under way for the same person, that one is returned. Raises ConflictError with the reason where the
    artwork cannot be painted again, and LimitReachedError where there is no room for another job.
    """
    under_way = Job.objects.filter(
        owner=owner, reproduction__artwork=artwork, state__in=[Job.State.QUEUED, Job.State.RUNNING]
    ).first()
    if under_way is not None:
        return under_way
    recipe = recipe_or_none(artwork)
    if recipe is None:
        raise ConflictError("A newer Aria wrote this recipe; this one cannot paint from it.")
    if not DiffusionModel.objects.filter(name=recipe.model).exists():
        raise ConflictError(f"The model “{recipe.model}” is not registered any more. Register it again first.")
    with transaction.atomic():
        room_ensure(owner=owner, works=[work_of(artwork.recipe_data, 1)])
        job = Job.objects.create(
            owner=owner,
            kind=Job.Kind.REPRODUCTION,
            persona=artwork.persona,
            recipe_data=artwork.recipe_data,
            recipe_fingerprint=artwork.recipe_fingerprint,
        )
        Reproduction.objects.create(artwork=artwork, job=job)
        ring()
        job_changed(job.pk, owner_id=job.owner_id)
    forecast_note(job)
    return job


def reproduction_judge(claim: Claim, pixels: NDArray[np.uint8], *, facts: dict[str, Any]) -> Reproduction:
    """Compare the new picture with the one that hangs, keep the verdict and end the job, in one transaction.

    Raises LeaseLostError, with nothing kept, without the lease; and EngineError where there is nothing to compare with.
    """
    reproduction = Reproduction.objects.select_related("artwork").filter(job=claim.job).first()
    if reproduction is None:
        raise EngineError("The artwork was removed while it was painted again.", code="artwork_gone")
    artwork = reproduction.artwork
    alike = likeness(_pixels_of(artwork), pixels)
    difference = first_difference({"model_revision": artwork.recipe.model_revision, **artwork.facts}, facts)
    with transaction.atomic():
        job_succeed(claim, [], device=str(facts["device"]))
        Reproduction.objects.filter(pk=reproduction.pk).update(
            verdict=verdict_on(alike, difference),
            psnr=alike.psnr,
            largest_difference=alike.largest_difference,
            differing=difference.ingredient if difference else "",
            before=difference.before if difference else "",
            now=difference.now if difference else "",
            facts=facts,
            judged_at=timezone.now(),
        )
    reproduction.refresh_from_db()
    return reproduction


def verdict_on(alike: Likeness, difference: Difference | None) -> Reproduction.Verdict:
    """The promise of sameness applied.

    Equal pixels are identical. A grey level is tolerated anywhere; more only between machines, from 45 dB on.
    """
    if alike.psnr is None:
        return Reproduction.Verdict.IDENTICAL
    if alike.largest_difference <= GREY_LEVELS:
        return Reproduction.Verdict.WITHIN_TOLERANCE
    if difference is not None and difference.is_of_the_machine and alike.psnr >= ENOUGH_DB:
        return Reproduction.Verdict.WITHIN_TOLERANCE
    return Reproduction.Verdict.DIFFERENT


def _pixels_of(artwork: Artwork) -> NDArray[np.uint8]:
    try:
        with default_storage.open(artwork.file) as file, Image.open(file) as image:
            pixels: NDArray[np.uint8] = np.asarray(image.convert("RGB"))
            return pixels
    except BROKEN as error:
        raise EngineError(
            "The file of this artwork cannot be read, so there is nothing to compare with.", code="picture_missing"
        ) from error
