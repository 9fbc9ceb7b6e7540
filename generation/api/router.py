"""`/jobs`, `/models` and `/samplers`: ordering pictures, watching them being painted, and what to paint with."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Header, Query, Router
from ninja.responses import Status

from aria_site.accounts.authentication import may, person_of
from aria_site.accounts.models import Scope
from aria_site.kernel.http import next_page_link
from aria_site.kernel.paging import After, Limit
from aria_site.kernel.problem_answers import LIMITED, NOT_FOUND, READ_PROBLEMS, UNCHANGED, WRITE_PROBLEMS
from aria_site.kernel.problems import ConflictError
from generation.access import job_for_read, job_for_write
from generation.api.schemas import JobIn, JobOut, JobPageOut, JobStatus, ModelList, ModelOut, SamplerList, SamplerOut
from generation.engine.samplers import SAMPLER_NAMES
from generation.models import Job
from generation.selectors import JOBS_PAGE, artworks_of_jobs, job_artworks, jobs_page, models_all
from generation.services import job_cancel, job_retry, job_submit, outlooks_of

jobs_router = Router(tags=["jobs"])
models_router = Router(tags=["models"])

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{0,200}$",
        description="The same key with the same body is the same job, however often it is sent; with another, a 409.",
    ),
]


@jobs_router.post(
    "",
    auth=may(Scope.GENERATE),
    response={202: JobOut, **WRITE_PROBLEMS, **LIMITED},
    operation_id="job_submit",
    summary="Paint",
    url_name="jobs",
)
def submit(
    request: HttpRequest, response: HttpResponse, order: JobIn, idempotency_key: IdempotencyKey = ""
) -> Status[JobOut]:
    """Queue a job. `Location` names it: read it there until its status is no longer `queued` or `running`."""
    job = job_submit(owner=person_of(request), spec=order.to_spec(), idempotency_key=idempotency_key)
    response.headers["Location"] = reverse("api:job", args=[job.pk])
    return Status(202, _job_out(job))


@jobs_router.get(
    "",
    auth=may(Scope.READ),
    response={200: JobPageOut, **UNCHANGED, **READ_PROBLEMS},
    operation_id="job_list",
    summary="List your jobs",
    url_name="jobs",
)
def job_list(
    request: HttpRequest,
    *,
    response: HttpResponse,
    after: After = None,
    limit: Limit = JOBS_PAGE,
    status: Annotated[JobStatus | None, Query(description="Only jobs that are in this state.")] = None,
) -> JobPageOut:
    """Your jobs, newest first."""
    page = jobs_page(person_of(request), after=after, limit=limit, state=status)
    next_page_link(request, response, page.next)
    artworks, outlooks = artworks_of_jobs(page.items), outlooks_of(page.items)
    items = [JobOut.of(job, artworks[job.pk], outlooks.get(job.pk)) for job in page.items]
    return JobPageOut(items=items, next=page.next)


@jobs_router.get(
    "/{job_id}",
    auth=may(Scope.READ),
    response={200: JobOut, **UNCHANGED, **READ_PROBLEMS, **NOT_FOUND},
    operation_id="job_read",
    summary="Read a job",
    url_name="job",
)
def job_read(request: HttpRequest, job_id: UUID) -> JobOut:
    """How far a job is, and its pictures once they are there."""
    return _job_out(job_for_read(request.user, job_id))


@jobs_router.post(
    "/{job_id}/cancel",
    auth=may(Scope.GENERATE),
    response={200: JobOut, **WRITE_PROBLEMS, **NOT_FOUND},
    operation_id="job_cancel",
    summary="Stop a job",
    url_name="job-cancel",
)
def cancel(request: HttpRequest, job_id: UUID) -> JobOut:
    """Stop a job that waits or is being painted. One that is over answers 409."""
    job = job_for_write(request.user, job_id)
    if not job_cancel(job=job):
        raise ConflictError("This job is over already, so there is nothing to stop.")
    return _job_out(job_for_read(request.user, job_id))


@jobs_router.post(
    "/{job_id}/retry",
    auth=may(Scope.GENERATE),
    response={200: JobOut, **WRITE_PROBLEMS, **NOT_FOUND, **LIMITED},
    operation_id="job_retry",
    summary="Queue a job again",
    url_name="job-retry",
)
def retry(request: HttpRequest, job_id: UUID) -> JobOut:
    """Queue a job again that failed or was cancelled. One in any other state answers 409."""
    job = job_for_write(request.user, job_id)
    if not job_retry(job=job):
        raise ConflictError("Only a job that failed or was cancelled can be queued again.")
    return _job_out(job_for_read(request.user, job_id))


@models_router.get(
    "/models",
    auth=may(Scope.READ),
    response={200: ModelList, **UNCHANGED, **READ_PROBLEMS},
    operation_id="model_list",
    summary="List models",
    url_name="models",
)
def model_list(request: HttpRequest) -> ModelList:
    """What can be painted with."""
    return ModelList(items=[ModelOut.of(model) for model in models_all()])


@models_router.get(
    "/samplers",
    auth=may(Scope.READ),
    response={200: SamplerList, **UNCHANGED, **READ_PROBLEMS},
    operation_id="sampler_list",
    summary="List samplers",
    url_name="samplers",
)
def sampler_list(request: HttpRequest) -> SamplerList:
    """The ways of stepping from noise to picture, by the names that jobs take."""
    return SamplerList(items=[SamplerOut(name=name) for name in SAMPLER_NAMES])


def _job_out(job: Job) -> JobOut:
    return JobOut.of(job, job_artworks(job), outlooks_of([job]).get(job.pk))
