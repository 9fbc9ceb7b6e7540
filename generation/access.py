"""The only way a view, an API operation or a consumer gets a job, a batch, a queue, or an artwork to paint again.

And who may do what concerns everybody: let jobs cut in line, and pause the whole queue.
"""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from aria_site.accounts.models import User
from aria_site.kernel.problems import ForbiddenError, NotFoundError
from gallery.access import artwork_for_read
from gallery.models import Artwork
from generation.events import STAFF_GROUP, queue_group
from generation.models import Batch, Job, StoredPicture


def job_for_read(viewer: User | AnonymousUser, job_id: UUID) -> Job:
    """The job, if this viewer may see it: its owner and staff may. Raises NotFoundError."""
    job = Job.objects.select_related("persona", "owner", "reproduction").filter(pk=job_id).first()
    if job is None:
        raise NotFoundError
    if not viewer.is_active:
        raise NotFoundError
    if job.owner_id == viewer.pk:
        return job
    if viewer.is_staff:
        return job
    raise NotFoundError


def queue_group_for_read(viewer: User | AnonymousUser, *, everybody: bool) -> str:
    """The channel group of this viewer's queue, or of everybody's, which is for staff alone. Raises NotFoundError."""
    if not isinstance(viewer, User):
        raise NotFoundError
    if not viewer.is_active:
        raise NotFoundError
    if not everybody:
        return queue_group(viewer.pk)
    if viewer.is_staff:
        return STAFF_GROUP
    raise NotFoundError


def artwork_for_reproduction(viewer: User | AnonymousUser, artwork_id: UUID) -> Artwork:
    """The artwork, if this viewer may have it painted again: its owner and staff may. Raises NotFoundError."""
    artwork = artwork_for_read(viewer, artwork_id)
    if not viewer.is_active:
        raise NotFoundError
    if artwork.owner_id == viewer.pk:
        return artwork
    if viewer.is_staff:
        return artwork
    raise NotFoundError


def job_for_write(viewer: User | AnonymousUser, job_id: UUID) -> Job:
    """The job, if this viewer may change it. The same people as may read it. Raises NotFoundError."""
    return job_for_read(viewer, job_id)


def batch_for_read(viewer: User | AnonymousUser, batch_id: UUID) -> Batch:
    """The batch, if this viewer may see it: its owner and staff may. Raises NotFoundError."""
    batch = Batch.objects.select_related("owner").filter(pk=batch_id).first()
    if batch is None:
        raise NotFoundError
    if not viewer.is_active:
        raise NotFoundError
    if batch.owner_id == viewer.pk:
        return batch
    if viewer.is_staff:
        return batch
    raise NotFoundError


def batch_for_write(viewer: User | AnonymousUser, batch_id: UUID) -> Batch:
    """The batch, if this viewer may change it. The same people as may read it. Raises NotFoundError."""
    return batch_for_read(viewer, batch_id)


def picture_for_read(viewer: User | AnonymousUser, sha256: str) -> StoredPicture:
    """The picture of that hash that this viewer brought. Raises NotFoundError, whoever else has the same one."""
    picture = StoredPicture.objects.filter(owner=viewer.pk, sha256=sha256).first()
    if picture is None:
        raise NotFoundError
    if not viewer.is_active:
        raise NotFoundError
    return picture


def may_prioritise(person: User | AnonymousUser) -> bool:
    """Whether this person may let jobs cut in line: staff may, and whoever was given the permission."""
    if not person.is_active:
        return False
    if person.is_staff:
        return True
    return person.has_perm("generation.set_priority")


def priority_check(person: User) -> None:
    """Let only those set a priority who may. Raises ForbiddenError."""
    if not may_prioritise(person):
        raise ForbiddenError(
            "Only staff, and people who were given the permission, may set a `priority`. "
            "Leave it out: your job comes in its fair turn."
        )


def may_operate_queue(person: User | AnonymousUser) -> bool:
    """Whether this person may pause and resume the whole queue: staff may."""
    return person.is_active and person.is_staff


def queue_operate_check(person: User) -> None:
    """Let only those pause and resume the whole queue who may. Raises ForbiddenError."""
    if not may_operate_queue(person):
        raise ForbiddenError("Only staff may pause or resume the whole queue. You can pause your own jobs.")
