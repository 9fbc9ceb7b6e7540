"""Looking after what waits, on the page: each press changes something and shows the queue as it stands then."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from aria_site.kernel.problems import ConflictError, InvalidInputError
from generation import limits
from generation.access import job_for_read, job_for_write, may_prioritise, priority_check, queue_operate_check
from generation.models import Job
from generation.refusals import refused
from generation.selectors import stands_among_others
from generation.services import (
    job_move,
    job_pause,
    job_prioritise,
    job_resume,
    jobs_cancel_all,
    jobs_pause_all,
    jobs_resume_all,
    queue_pause,
    queue_resume,
)
from generation.studio_page import easel_of, tray_for, waiting_for
from generation.views import StudioRequest, studio_page

ALL_OF_MINE: dict[str, tuple[Callable[..., list[UUID]], str]] = {
    "pause": (jobs_pause_all, "paused"),
    "resume": (jobs_resume_all, "resumed"),
    "cancel": (jobs_cancel_all, "stopped"),
}


class PlaceForm(forms.Form):
    """Where a job shall go."""

    to = forms.ChoiceField(choices=[(place, place) for place in ("front", "back", "up", "down")])


class PriorityForm(forms.Form):
    """How urgent a job is."""

    priority = forms.IntegerField(min_value=-limits.MAX_PRIORITY, max_value=limits.MAX_PRIORITY)


@login_required
@never_cache
@require_GET
def controls(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """What can be done with a job as it stands: a fragment of the easel."""
    job = job_for_read(request.user, job_id)
    context = {
        "job": job,
        "among_others": stands_among_others(job),
        "may_prioritise": may_prioritise(request.user),
    }
    return render(request, "generation/_controls.html", context)


@login_required
@require_POST
def pause(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """Let a job wait until it is resumed."""
    job = job_for_write(request.user, job_id)
    return _queue_after(request, job, "Paused." if job_pause(job=job) else refused("pause", job))


@login_required
@require_POST
def resume(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """Let a paused job wait for a worker again."""
    job = job_for_write(request.user, job_id)
    return _queue_after(request, job, "Resumed." if job_resume(job=job) else refused("resume", job))


@login_required
@require_POST
def move(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """Put a job before or behind others of the same person."""
    job = job_for_write(request.user, job_id)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError({"to": "There is no such place in line."})
    moved = job_move(job=job, to=form.cleaned_data["to"])
    return _queue_after(request, job, "Moved." if moved else refused("move", job))


@login_required
@require_POST
def prioritise(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """Let a job cut in line, or end that."""
    job = job_for_write(request.user, job_id)
    priority_check(request.user)
    form = PriorityForm(request.POST)
    if not form.is_valid():
        sentence = f"A priority is a whole number from -{limits.MAX_PRIORITY} to {limits.MAX_PRIORITY}."
        return _queue_after(request, job, ConflictError(sentence))
    priority = form.cleaned_data["priority"]
    changed = job_prioritise(job=job, priority=priority)
    return _queue_after(request, job, f"Its priority is {priority} now." if changed else refused("move", job))


@login_required
@require_POST
def change_all(request: StudioRequest, verb: str) -> HttpResponse:
    """Pause, resume or stop all of one's own jobs."""
    if verb not in ALL_OF_MINE:
        raise Http404
    change, done = ALL_OF_MINE[verb]
    count = len(change(owner=request.user))
    return _queue_after(request, None, f"{count} {'job' if count == 1 else 'jobs'} {done}.")


@login_required
@require_POST
def pause_queue(request: StudioRequest) -> HttpResponse:
    """Let no worker take anybody's job."""
    queue_operate_check(request.user)
    paused = queue_pause(by=request.user, reason=request.POST.get("reason", ""))
    return _queue_after(request, None, "" if paused else ConflictError("The queue is paused already."))


@login_required
@require_POST
def resume_queue(request: StudioRequest) -> HttpResponse:
    """Let workers take jobs again."""
    queue_operate_check(request.user)
    resumed = queue_resume(by=request.user)
    return _queue_after(request, None, "The queue goes on." if resumed else ConflictError("The queue is not paused."))


def _queue_after(request: StudioRequest, job: Job | None, outcome: str | ConflictError) -> HttpResponse:
    """The queue as it stands now, and what came of it; for plain forms, a redirect to the page that shows both."""
    said, refusal = str(outcome), isinstance(outcome, ConflictError)
    if request.headers.get("HX-Request"):
        # Out of band: the strip that was pressed in may have been drawn anew since.
        # What was done can be seen, so it is told to screen readers alone, and no button moves away under a finger.
        context = {"said": said, "told_quietly": not refusal, "oob": True, **waiting_for(request.user)}
        answer = render(request, "generation/_queue.html", context)
        answer.headers["HX-Trigger-After-Swap"] = "controls-changed"
        return answer
    if refusal:
        shown = easel_of(job_for_read(request.user, job.pk) if job else None)
        return studio_page(request, shown, tray_for(request.user, {}), status=ConflictError.status, said=said)
    return redirect(reverse("generation:studio") + (f"?job={job.pk}" if job else ""))
