"""`/artworks`: what hangs. Open to visitors, as the wall is."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from aria_site.accounts.authentication import open_to_all
from aria_site.accounts.models import Scope
from aria_site.kernel.http import next_page_link
from aria_site.kernel.paging import After, Limit
from aria_site.kernel.problem_answers import NOT_FOUND, READ_PROBLEMS, UNCHANGED
from gallery.access import artwork_for_read
from gallery.api.schemas import ArtworkOut, ArtworkPage
from gallery.selectors import WALL_PAGE, wall_page
from personas.api.schemas import SLUG_PATTERN

router = Router(tags=["artworks"])

# OpenAPI's word for "without any of these, too".
ALSO_ANONYMOUS: dict[str, list[dict[str, list[str]]]] = {"security": [{}]}
Slug = Annotated[
    str | None, Query(pattern=SLUG_PATTERN, description="Only works of the persona with this slug.", example="aria")
]


@router.get(
    "",
    auth=open_to_all(Scope.READ),
    response={200: ArtworkPage, **UNCHANGED, **READ_PROBLEMS},
    operation_id="artwork_list",
    summary="List artworks",
    url_name="artworks",
    openapi_extra=ALSO_ANONYMOUS,
)
def artwork_list(
    request: HttpRequest,
    *,
    response: HttpResponse,
    after: After = None,
    limit: Limit = WALL_PAGE,
    persona: Slug = None,
) -> ArtworkPage:
    """What hangs on the wall, newest first."""
    page = wall_page(request.user, after=after, limit=limit, persona=persona)
    next_page_link(request, response, page.next)
    return ArtworkPage(items=[ArtworkOut.of(artwork) for artwork in page.items], next=page.next)


@router.get(
    "/{artwork_id}",
    auth=open_to_all(Scope.READ),
    response={200: ArtworkOut, **UNCHANGED, **READ_PROBLEMS, **NOT_FOUND},
    operation_id="artwork_read",
    summary="Read an artwork",
    url_name="artwork",
    openapi_extra=ALSO_ANONYMOUS,
)
def artwork_read(request: HttpRequest, artwork_id: UUID) -> ArtworkOut:
    """A work that hangs, or one of your own."""
    return ArtworkOut.of(artwork_for_read(request.user, artwork_id))
