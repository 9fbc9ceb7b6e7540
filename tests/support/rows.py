"""Rows as services would have left them, without the work that made them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from model_bakery import baker

from aria_site.accounts.models import User
from gallery.models import Artwork
from generation.models import Batch, Job, StoredPicture
from tests.support.recipes import make_recipe

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_artwork(owner: User, **changes: Any) -> Artwork:
    """A hung artwork; its files are names alone."""
    recipe = make_recipe()
    fields: dict[str, Any] = {
        "owner": owner,
        "title": "A lighthouse at dusk",
        "alt": "AI-made picture of: a lighthouse at dusk",
        "recipe_data": recipe.to_dict(),
        "recipe_fingerprint": recipe.fingerprint(),
        "file": "artworks/0a/master.png",
        "thumbnails": {"128": "thumbnails/0a/small.webp"},
        "width": 256,
        "height": 192,
        "bytes": 1000,
    }
    artwork: Artwork = baker.make(Artwork, **{**fields, **changes})
    return artwork


def make_job(owner: User, **changes: Any) -> Job:
    """A queued job."""
    recipe = make_recipe()
    fields = {"owner": owner, "recipe_data": recipe.to_dict(), "recipe_fingerprint": recipe.fingerprint()}
    job: Job = baker.make(Job, **{**fields, **changes})
    return job


def make_batch(owner: User, *states: str, **changes: Any) -> Batch:
    """A list of jobs in these states; what hangs has its artwork, what failed its sentence."""
    batch: Batch = baker.make(Batch, **{"owner": owner, "kind": "list", "title": "A batch", **changes})
    for index, state in enumerate(states):
        facts: dict[str, Any] = {"state": state, "batch": batch, "batch_index": index}
        if state == Job.State.RUNNING:
            facts |= {"lease_token": uuid4(), "lease_expires_at": timezone.now(), "progress": 0.5, "stage": "step"}
        if state == Job.State.FAILED:
            facts |= {"error": "It failed."}
        make_finished_job(owner, **facts) if state == Job.State.SUCCEEDED else make_job(owner, **facts)
    return batch


def make_picture(owner: User, **changes: Any) -> StoredPicture:
    """A picture that somebody brought; its file is a name alone."""
    fields: dict[str, Any] = {"owner": owner, "sha256": "ab" * 32, "width": 64, "height": 48, "bytes": 1000}
    picture: StoredPicture = baker.make(StoredPicture, **{**fields, **changes})
    return picture


def make_finished_job(owner: User, *, count: int = 1, **changes: Any) -> Job:
    """A succeeded job with its artworks."""
    job = make_job(owner, progress=1.0, count=count, keep=count, **{"state": Job.State.SUCCEEDED, **changes})
    for index in range(count):
        make_artwork(owner, origin_key=job.origin_key(index), title=f"Picture {index}")
    return job


def minutes_after_noon(minutes: int) -> datetime:
    """A moment of one day in March."""
    return NOON + timedelta(minutes=minutes)
