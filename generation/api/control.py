"""Looking after what waits: pausing, resuming, moving and stopping jobs, and pausing the whole queue."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from aria_site.accounts.authentication import may, person_of
from aria_site.accounts.models import Scope
from aria_site.kernel.problem_answers import NOT_FOUND, READ_PROBLEMS, UNCHANGED, WRITE_PROBLEMS
from aria_site.kernel.problems import ConflictError, InvalidInputError
from generation.access import job_for_read, job_for_write, priority_check, queue_operate_check
from generation.api.control_schemas import JobMoveIn, JobPriorityIn, JobsChangedOut, QueueOut, QueuePauseIn
from generation.api.schemas import JobOut
from generation.models import Job
from generation.refusals import OTHER_LINE, refused
from generation.selectors import job_artworks, queue_of, queue_pause_in_force
from generation.services import (
    job_move,
    job_move_before,
    job_pause,
    job_prioritise,
    job_resume,
    jobs_cancel_all,
    jobs_pause_all,
    jobs_resume_all,
    outlooks_of,
    queue_pause,
    queue_resume,
)

control_router = Router(tags=["jobs"])
queue_router = Router(tags=["queue"])


@control_router.post(
    "/pause",
    auth=may(Scope.GENERATE),
    response={200: JobsChangedOut, **WRITE_PROBLEMS},
    operation_id="jobs_pause",
    summary="Pause all your waiting jobs",
    url_name="jobs-pause",
)
def pause_all(request: HttpRequest) -> JobsChangedOut:
    """Let your waiting jobs wait until you resume them. What is being painted is painted to its end."""
    return JobsChangedOut(jobs=jobs_pause_all(owner=person_of(request)))


@control_router.post(
    "/resume",
    auth=may(Scope.GENERATE),
    response={200: JobsChangedOut, **WRITE_PROBLEMS},
    operation_id="jobs_resume",
    summary="Resume all your paused jobs",
    url_name="jobs-resume",
)
def resume_all(request: HttpRequest) -> JobsChangedOut:
    """Let all your paused jobs wait for a worker again."""
    return JobsChangedOut(jobs=jobs_resume_all(owner=person_of(request)))


@control_router.post(
    "/cancel",
    auth=may(Scope.GENERATE),
    response={200: JobsChangedOut, **WRITE_PROBLEMS},
    operation_id="jobs_cancel",
    summary="Stop all your jobs",
    url_name="jobs-cancel",
)
def cancel_all(request: HttpRequest) -> JobsChangedOut:
    """Stop every job of yours that waits, paused or not, or is being painted."""
    return JobsChangedOut(jobs=jobs_cancel_all(owner=person_of(request)))


@control_router.post(
    "/{job_id}/pause",
    auth=may(Scope.GENERATE),
    response={200: JobOut, **WRITE_PROBLEMS, **NOT_FOUND},
    operation_id="job_pause",
    summary="Pause a job",
    url_name="job-pause",
)
def pause(request: HttpRequest, job_id: UUID) -> JobOut:
    """Let a job wait until it is resumed. What was painted of it is kept, and goes on from there."""
    job = job_for_write(request.user, job_id)
    if not job_pause(job=job):
        raise refused("pause", job)
    return _told(request, job)


@control_router.post(
    "/{job_id}/resume",
    auth=may(Scope.GENERATE),
    response={200: JobOut, **WRITE_PROBLEMS, **NOT_FOUND},
    operation_id="job_resume",
    summary="Resume a job",
    url_name="job-resume",
)
def resume(request: HttpRequest, job_id: UUID) -> JobOut:
    """Let a paused job wait for a worker again, where it stands in line. One that is not paused answers 409."""
    job = job_for_write(request.user, job_id)
    if not job_resume(job=job):
        raise refused("resume", job)
    return _told(request, job)


@control_router.post(
    "/{job_id}/move",
    auth=may(Scope.GENERATE),
    response={200: JobOut, **WRITE_PROBLEMS, **NOT_FOUND},
    operation_id="job_move",
    summary="Move a job in line",
    url_name="job-move",
)
def move(request: HttpRequest, job_id: UUID, where: JobMoveIn) -> JobOut:
    """Change the order in which your waiting jobs are painted. Other people's turns stay what they are."""
    job = job_for_write(request.user, job_id)
    if (where.to is None) == (where.before is None):
        raise InvalidInputError({"to": "Say where the job shall stand: send either `to` or `before`."})
    if where.to is not None and not job_move(job=job, to=where.to):
        raise refused("move", job)
    if where.before is not None and not job_move_before(job=job, other=job_for_write(request.user, where.before)):
        raise ConflictError(OTHER_LINE)
    return _told(request, job)


@control_router.post(
    "/{job_id}/priority",
    auth=may(Scope.GENERATE),
    response={200: JobOut, **WRITE_PROBLEMS, **NOT_FOUND},
    operation_id="job_prioritise",
    summary="Let a job cut in line",
    url_name="job-priority",
)
def prioritise(request: HttpRequest, job_id: UUID, wanted: JobPriorityIn) -> JobOut:
    """Give a waiting job another priority. Staff may, and people with the permission; others get a 403."""
    job = job_for_write(request.user, job_id)
    priority_check(person_of(request))
    if not job_prioritise(job=job, priority=wanted.priority):
        raise refused("move", job)
    return _told(request, job)


@queue_router.get(
    "",
    auth=may(Scope.READ),
    response={200: QueueOut, **UNCHANGED, **READ_PROBLEMS},
    operation_id="queue_read",
    summary="Read the queue",
    url_name="queue",
)
def queue_read(request: HttpRequest) -> QueueOut:
    """Whether the whole queue is paused, and your own jobs in the order in which they are painted."""
    return QueueOut.of(queue_pause_in_force(), queue_of(person_of(request)).values_list("pk", flat=True))


@queue_router.post(
    "/pause",
    auth=may(Scope.ADMIN),
    response={200: QueueOut, **WRITE_PROBLEMS},
    operation_id="queue_pause",
    summary="Pause the whole queue",
    url_name="queue-pause",
)
def pause_queue(request: HttpRequest, wanted: QueuePauseIn) -> QueueOut:
    """Let no worker take a job, anybody's, until the queue is resumed. Staff alone may; others get a 403."""
    queue_operate_check(person_of(request))
    if queue_pause(by=person_of(request), reason=wanted.reason) is None:
        raise ConflictError("The queue is paused already.")
    return queue_read(request)


@queue_router.post(
    "/resume",
    auth=may(Scope.ADMIN),
    response={200: QueueOut, **WRITE_PROBLEMS},
    operation_id="queue_resume",
    summary="Resume the whole queue",
    url_name="queue-resume",
)
def resume_queue(request: HttpRequest) -> QueueOut:
    """Let workers take jobs again. Staff alone may; others get a 403."""
    queue_operate_check(person_of(request))
    if not queue_resume(by=person_of(request)):
        raise ConflictError("The queue is not paused.")
    return queue_read(request)


def _told(request: HttpRequest, job: Job) -> JobOut:
    """The job as it stands now."""
    now = job_for_read(request.user, job.pk)
    return JobOut.of(now, job_artworks(now), outlooks_of([now]).get(now.pk))
