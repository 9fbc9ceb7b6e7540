"""The only way a view, an API operation or a consumer gets an artwork."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from aria_site.accounts.models import User
from aria_site.kernel.problems import NotFoundError
from gallery.models import Artwork


def artwork_for_read(viewer: User | AnonymousUser, artwork_id: UUID) -> Artwork:
    """The artwork, if this viewer may see it. Raises NotFoundError when it is missing or hidden from them."""
    artwork = Artwork.objects.select_related("persona", "owner").filter(pk=artwork_id).first()
    if artwork is None:
        raise NotFoundError
    if artwork.state == Artwork.State.HUNG:
        return artwork
    if artwork.owner_id == viewer.pk:
        return artwork
    if viewer.is_staff:
        return artwork
    raise NotFoundError
