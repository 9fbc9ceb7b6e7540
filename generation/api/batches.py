"""`/batches`: ordering up to 64 jobs at once, and seeing and stopping them as one thing."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router
from ninja.responses import Status

from aria_site.accounts.authentication import may, person_of
from aria_site.accounts.models import Scope
from aria_site.kernel.http import next_page_link
from aria_site.kernel.paging import After, Limit
from aria_site.kernel.problem_answers import LIMITED, NOT_FOUND, READ_PROBLEMS, UNCHANGED, WRITE_PROBLEMS
from aria_site.kernel.problems import ConflictError
from generation.access import batch_for_read, batch_for_write
from generation.api.batch_schemas import BatchIn, BatchLineOut, BatchOut, BatchPageOut, RetryStatus
from generation.api.router import IdempotencyKey
from generation.batches import batch_jobs, batch_state, batch_states, batches_page
from generation.models import Batch, Job
from generation.selectors import JOBS_PAGE, artworks_of_jobs
from generation.services import batch_cancel, batch_retry, batch_submit

batches_router = Router(tags=["batches"])


@batches_router.post(
    "",
    auth=may(Scope.GENERATE),
    response={202: BatchOut, **WRITE_PROBLEMS, **LIMITED},
    operation_id="batch_submit",
    summary="Paint a batch",
    url_name="batches",
)
def submit(
    request: HttpRequest, response: HttpResponse, order: BatchIn, idempotency_key: IdempotencyKey = ""
) -> Status[BatchOut]:
    """Queue up to 64 jobs at once, or none of them where any is wrong. `Location` names the batch."""
    batch = batch_submit(owner=person_of(request), spec=order.to_spec(), idempotency_key=idempotency_key)
    response.headers["Location"] = reverse("api:batch", args=[batch.pk])
    return Status(202, _batch_out(batch))


@batches_router.get(
    "",
    auth=may(Scope.READ),
    response={200: BatchPageOut, **UNCHANGED, **READ_PROBLEMS},
    operation_id="batch_list",
    summary="List your batches",
    url_name="batches",
)
def batch_list(
    request: HttpRequest, *, response: HttpResponse, after: After = None, limit: Limit = JOBS_PAGE
) -> BatchPageOut:
    """Your batches, newest first, without their jobs."""
    page = batches_page(person_of(request), after=after, limit=limit)
    next_page_link(request, response, page.next)
    states = batch_states(page.items)
    return BatchPageOut(items=[BatchLineOut.of(batch, states[batch.pk]) for batch in page.items], next=page.next)


@batches_router.get(
    "/{batch_id}",
    auth=may(Scope.READ),
    response={200: BatchOut, **UNCHANGED, **READ_PROBLEMS, **NOT_FOUND},
    operation_id="batch_read",
    summary="Read a batch",
    url_name="batch",
)
def batch_read(request: HttpRequest, batch_id: UUID) -> BatchOut:
    """How far a batch is, and its jobs in the order in which they were asked for."""
    return _batch_out(batch_for_read(request.user, batch_id))


@batches_router.post(
    "/{batch_id}/cancel",
    auth=may(Scope.GENERATE),
    response={200: BatchOut, **WRITE_PROBLEMS, **NOT_FOUND},
    operation_id="batch_cancel",
    summary="Stop a batch",
    url_name="batch-cancel",
)
def cancel(request: HttpRequest, batch_id: UUID) -> BatchOut:
    """Stop every job that waits or is being painted; what is finished stays. One that is over answers 409."""
    batch = batch_for_write(request.user, batch_id)
    if not batch_cancel(batch=batch):
        raise ConflictError("This batch is over already, so there is nothing to stop.")
    return _batch_out(batch)


@batches_router.post(
    "/{batch_id}/retry",
    auth=may(Scope.GENERATE),
    response={200: BatchOut, **WRITE_PROBLEMS, **NOT_FOUND, **LIMITED},
    operation_id="batch_retry",
    summary="Queue failed jobs of a batch again",
    url_name="batch-retry",
)
def retry(
    request: HttpRequest,
    batch_id: UUID,
    status: Annotated[RetryStatus, Query(description="Which of its jobs are queued again.")] = "failed",
) -> BatchOut:
    """Queue every job again that failed, or that was cancelled. Where there is none, the answer is 409."""
    batch = batch_for_write(request.user, batch_id)
    if not batch_retry(batch=batch, state=Job.State(status)):
        raise ConflictError(f"No job of this batch is {status}, so there is nothing to queue again.")
    return _batch_out(batch)


def _batch_out(batch: Batch) -> BatchOut:
    jobs = list(batch_jobs(batch))
    return BatchOut.whole(batch, batch_state(batch), jobs=jobs, artworks=artworks_of_jobs(jobs))
