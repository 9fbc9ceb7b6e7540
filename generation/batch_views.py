"""The pages of batches: the sheet of one, and the list of all."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from aria_site.accounts.models import User
from aria_site.kernel.problems import InvalidInputError
from generation.access import batch_for_read, batch_for_write
from generation.batch_page import batch_shown, batches_shown
from generation.models import Batch, Job
from generation.services import batch_cancel, batch_retry
from generation.studio_page import waiting_for

UNCHANGED = 204


class SignedIn(HttpRequest):
    """A request that `login_required` let through."""

    user: User


@login_required
@never_cache
@require_GET
def batches(request: SignedIn) -> HttpResponse:
    """A person's batches, newest first."""
    return render(request, "generation/batches.html", batches_shown(request.user, after=request.GET.get("after")))


@login_required
@never_cache
@require_GET
def batch(request: SignedIn, batch_id: UUID) -> HttpResponse:
    """One batch; a page that shows it already, `seen`, gets nothing (204) until something changed."""
    context = batch_shown(batch_for_read(request.user, batch_id))
    if request.GET.get("seen") == context["sheet"].stamp:
        return HttpResponse(status=UNCHANGED)
    whole = not request.headers.get("HX-Request")
    return render(request, "generation/batch.html" if whole else "generation/_batch.html", context)


@login_required
@require_POST
def cancel(request: SignedIn, batch_id: UUID) -> HttpResponse:
    """Stop whatever of a batch is not over."""
    found = batch_for_write(request.user, batch_id)
    batch_cancel(batch=found)
    return _after_change(request, found)


@login_required
@require_POST
def retry(request: SignedIn, batch_id: UUID) -> HttpResponse:
    """Queue what failed again, or what was stopped."""
    found = batch_for_write(request.user, batch_id)
    state = request.POST.get("state", Job.State.FAILED)
    if state not in {Job.State.FAILED, Job.State.CANCELLED}:
        raise InvalidInputError({"state": "Only what failed or was cancelled can be queued again."})
    batch_retry(batch=found, state=Job.State(state))
    return _after_change(request, found)


def _after_change(request: SignedIn, changed: Batch) -> HttpResponse:
    """Whatever part of the page asked: the queue strip or the sheet; for plain forms, a redirect to the page."""
    if not request.headers.get("HX-Request"):
        return redirect(changed)
    if request.headers.get("HX-Target") == "queue":
        return render(request, "generation/_queue.html", waiting_for(request.user))
    return render(request, "generation/_batch.html", batch_shown(changed))
