"""`/artworks/{id}/reproduce` and `/artworks/{id}/reproductions`: does it come out the same again?"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router
from ninja.responses import Status

from aria_site.accounts.authentication import may, open_to_all, person_of
from aria_site.accounts.models import Scope
from aria_site.kernel.http import next_page_link
from aria_site.kernel.paging import After, Limit
from aria_site.kernel.problem_answers import LIMITED, NOT_FOUND, READ_PROBLEMS, UNCHANGED, WRITE_PROBLEMS
from gallery.access import artwork_for_read
from gallery.api.router import ALSO_ANONYMOUS
from generation.access import artwork_for_reproduction, job_for_read
from generation.api.schemas import JobOut, ReproductionOut, ReproductionPageOut
from generation.selectors import JOBS_PAGE, reproductions_page
from generation.services import reproduction_submit

router = Router(tags=["artworks"])


@router.post(
    "/{artwork_id}/reproduce",
    auth=may(Scope.GENERATE),
    response={202: JobOut, **WRITE_PROBLEMS, **NOT_FOUND, **LIMITED},
    operation_id="artwork_reproduce",
    summary="Paint an artwork again",
    url_name="artwork-reproduce",
)
def reproduce(request: HttpRequest, response: HttpResponse, artwork_id: UUID) -> Status[JobOut]:
    """Queue a job that paints a work of yours again and compares the pictures; nothing is hung.

    While one is under way, that one is answered. `Location` names the job.
    """
    artwork = artwork_for_reproduction(request.user, artwork_id)
    job = job_for_read(request.user, reproduction_submit(artwork=artwork, owner=person_of(request)).pk)
    response.headers["Location"] = reverse("api:job", args=[job.pk])
    return Status(202, JobOut.of(job, []))


@router.get(
    "/{artwork_id}/reproductions",
    auth=open_to_all(Scope.READ),
    response={200: ReproductionPageOut, **UNCHANGED, **READ_PROBLEMS, **NOT_FOUND},
    operation_id="artwork_reproductions",
    summary="List reproductions of an artwork",
    url_name="artwork-reproductions",
    openapi_extra=ALSO_ANONYMOUS,
)
def reproductions(
    request: HttpRequest, artwork_id: UUID, *, response: HttpResponse, after: After = None, limit: Limit = JOBS_PAGE
) -> ReproductionPageOut:
    """Every attempt to paint a work again, newest first, each with its verdict."""
    page = reproductions_page(artwork_for_read(request.user, artwork_id), after=after, limit=limit)
    next_page_link(request, response, page.next)
    return ReproductionPageOut(items=[ReproductionOut.of(one) for one in page.items], next=page.next)
