"""The wall, an artwork and its files: each view finds, frames and shows."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from gallery.access import artwork_for_read
from gallery.labels import placard, placards, recipe_or_none
from gallery.media import media_file_for_read
from gallery.recipe_table import recipe_rows
from gallery.selectors import artwork_family, artwork_neighbours, personas_on_the_wall, wall_page
from personas.access import persona_for_read


@require_safe
@vary_on_headers("HX-Request")
def wall(request: HttpRequest) -> HttpResponse:
    """The wall, or its next page alone when htmx asks for more."""
    slug, after = request.GET.get("persona") or None, request.GET.get("after") or None
    page = wall_page(request.user, after=after, persona=slug)
    context = {
        "page": page,
        "persona": persona_for_read(slug) if slug else None,
        "placards": placards(page.items, first_row=after is None),
    }
    if request.headers.get("HX-Request"):
        return render(request, "gallery/_cards.html", context)
    return render(request, "gallery/wall.html", {**context, "personas": personas_on_the_wall(request.user)})


@require_safe
def artwork(request: HttpRequest, artwork_id: UUID) -> HttpResponse:
    """One work with its label, its recipe and the works beside it."""
    work = artwork_for_read(request.user, artwork_id)
    family = artwork_family(request.user, work)
    context = {
        "placard": placard(work),
        "parent": family.parent,
        "variations": placards(family.variations, first_row=False),
        "recipe": recipe_or_none(work),
        "rows": recipe_rows(work),
        "beside": artwork_neighbours(request.user, work),
    }
    return render(request, "gallery/artwork.html", context)


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """A stored picture, never to be asked for twice while it hangs."""
    media = media_file_for_read(request.user, name)
    unchanged = get_conditional_response(request, etag=media.etag)
    response = unchanged or HttpResponse(media.read(), content_type=media.content_type)
    response.headers["ETag"] = media.etag
    response.headers["Cache-Control"] = media.cache_control
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
