"""The studio: each view asks a service or a selector and shows the answer, whole or as a fragment."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from aria_site.accounts.models import User
from aria_site.kernel.problems import ConflictError, InvalidInputError, LimitReachedError, NotFoundError
from gallery.access import artwork_for_read
from gallery.models import Artwork
from generation.access import artwork_for_reproduction, job_for_read, job_for_write, picture_for_read
from generation.batch_form import BatchForm, asks_for_a_batch
from generation.forms import PaintForm
from generation.models import Job, StoredPicture
from generation.picture_files import picture_read, picture_small
from generation.reproduction_page import reproduction_shown
from generation.services import batch_submit, job_cancel, job_retry, job_submit, reproduction_submit
from generation.studio_page import Easel, Tray, easel_for, easel_of, starting_values, tray_for, waiting_for
from generation.tray_pictures import picture_brought, values_with

OK = 200
UNCHANGED = 204


class StudioRequest(HttpRequest):
    """A request that `login_required` let through."""

    user: User


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def studio(request: StudioRequest) -> HttpResponse:
    """The studio; a POST paints."""
    if request.method == "POST":
        return _paint(request)
    easel = easel_for(request.user, request.GET.get("job"))
    values = starting_values(
        request.user, easel, artwork_id=request.GET.get("from"), source_id=request.GET.get("source")
    )
    return studio_page(request, easel, tray_for(request.user, values))


@login_required
@never_cache
@require_GET
def job(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """One job on the easel; a page that waits `until=over` gets nothing (204) before that."""
    found = job_for_read(request.user, job_id)
    if request.GET.get("until") == "over" and not found.is_terminal:
        return HttpResponse(status=UNCHANGED)
    return _easel(request, found)


@login_required
@never_cache
@require_POST
def source(request: StudioRequest) -> HttpResponse:
    """The tray with the picture that was sent to be painted over; without one, with none. Nothing is queued."""
    try:
        brought = picture_brought(request, request.user)
    except InvalidInputError as problem:
        return _faults(request, problem, request.POST.dict())
    tray = tray_for(request.user, values_with(request.POST.dict(), brought))
    return _tray(request, tray, status=OK)


@login_required
@never_cache
@require_GET
def queue(request: StudioRequest) -> HttpResponse:
    """The queue strip."""
    return render(request, "generation/_queue.html", waiting_for(request.user))


@login_required
@require_GET
def picture(request: StudioRequest, sha256: str) -> HttpResponse:
    """A picture that this person brought."""
    stored = picture_for_read(request.user, sha256)
    return _private_file(stored, picture_read, kind="png")


@login_required
@require_GET
def picture_thumbnail(request: StudioRequest, sha256: str) -> HttpResponse:
    """The same, small."""
    stored = picture_for_read(request.user, sha256)
    return _private_file(stored, picture_small, kind="webp")


@login_required
@require_POST
def cancel(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """Cancel a job that is not over."""
    found = job_for_write(request.user, job_id)
    job_cancel(job=found)
    return _after_change(request, found)


@login_required
@require_POST
def retry(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """Queue a failed or cancelled job again."""
    found = job_for_write(request.user, job_id)
    try:
        job_retry(job=found)
    except LimitReachedError as refusal:
        return _refused(request, refusal, starting_values(request.user, easel_of(found)))
    return _after_change(request, found)


@never_cache
@require_safe
def reproduction(request: HttpRequest, artwork_id: UUID) -> HttpResponse:
    """Whether an artwork comes out the same again: a fragment of its page."""
    return _reproduction(request, artwork_for_read(request.user, artwork_id))


@login_required
@require_POST
def reproduce(request: StudioRequest, artwork_id: UUID) -> HttpResponse:
    """Paint an artwork again and compare."""
    work = artwork_for_reproduction(request.user, artwork_id)
    refusal = ""
    try:
        reproduction_submit(artwork=work, owner=request.user)
    except (ConflictError, LimitReachedError) as problem:
        refusal = str(problem)
    return _reproduction(request, work, pressed=True, refusal=refusal)


def _reproduction(request: HttpRequest, work: Artwork, **said: object) -> HttpResponse:
    """The fragment; for plain forms, a redirect to the page that holds it."""
    if not request.headers.get("HX-Request"):
        # To where the news are, which gets the focus there as well.
        return redirect(f"{work.get_absolute_url()}#reproduction-told")
    context = {**reproduction_shown(request.user, work), **said}
    return render(request, "generation/_reproduction.html", context)


def _private_file(stored: StoredPicture, read: Callable[[str], bytes], *, kind: str) -> HttpResponse:
    """A picture for one person: of a fixed type, whatever is in it, and kept by no shared cache."""
    try:
        response = HttpResponse(read(stored.sha256), content_type=f"image/{kind}")
    except FileNotFoundError as error:
        raise NotFoundError from error
    response.headers["Content-Disposition"] = f'inline; filename="{stored.sha256[:12]}.{kind}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600, immutable"
    return response


def _paint(request: StudioRequest) -> HttpResponse:
    values = request.POST.dict()
    try:
        brought = picture_brought(request, request.user)
        values = values_with(values, brought) if brought else values
        if asks_for_a_batch(values):
            return _paint_batch(request, values)
        submitted = job_submit(owner=request.user, spec=PaintForm(values).spec())
    except InvalidInputError as problem:
        return _faults(request, problem, values)
    except LimitReachedError as refusal:
        return _refused(request, refusal, values)
    return _after_change(request, submitted)


def _paint_batch(request: StudioRequest, values: Mapping[str, Any]) -> HttpResponse:
    """Queue a batch and lead to its sheet. Raises InvalidInputError in the fields of the tray."""
    form = BatchForm(values)
    spec = form.batch_spec()
    try:
        batch = batch_submit(owner=request.user, spec=spec)
    except InvalidInputError as problem:
        raise InvalidInputError(form.faults(problem)) from problem
    if not request.headers.get("HX-Request"):
        return redirect(batch)
    return HttpResponse(headers={"HX-Redirect": batch.get_absolute_url()})


def _faults(request: StudioRequest, problem: InvalidInputError, values: Mapping[str, Any]) -> HttpResponse:
    """The tray again with what was typed and what is wrong with it; nothing was queued."""
    return _tray(request, tray_for(request.user, values, problem.errors), status=problem.status)


def _refused(request: StudioRequest, refusal: LimitReachedError, values: Mapping[str, Any]) -> HttpResponse:
    """The tray with what was asked for and why there is no room for it; nothing was queued."""
    answer = _tray(request, replace(tray_for(request.user, values), refusal=str(refusal)), status=refusal.status)
    answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _tray(request: StudioRequest, tray: Tray, *, status: int) -> HttpResponse:
    """The tray alone; for plain forms, the studio around it."""
    if request.headers.get("HX-Request"):
        context = {"tray": tray, "moved": status == OK}
        answer = render(request, "generation/_tray.html", context, status=status)
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#tray", "outerHTML"
        return answer
    return studio_page(request, easel_for(request.user, None), tray, status=status)


def studio_page(request: StudioRequest, easel: Easel, tray: Tray, *, status: int = OK, said: str = "") -> HttpResponse:
    """The whole page; `said` is a sentence beside the queue."""
    context = {"easel": easel, "tray": tray, "said": said, **waiting_for(request.user)}
    return render(request, "generation/studio.html", context, status=status)


def _after_change(request: StudioRequest, changed: Job) -> HttpResponse:
    """The job on the easel with the queue beside it; for plain forms, a redirect to that."""
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('generation:studio')}?job={changed.pk}")
    return _easel(request, job_for_read(request.user, changed.pk))


def _easel(request: StudioRequest, shown: Job) -> HttpResponse:
    context = {"easel": easel_of(shown), "with_queue": True, **waiting_for(request.user)}
    return render(request, "generation/_easel.html", context)
