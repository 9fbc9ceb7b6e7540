"""Taking orders: a checked request becomes a frozen recipe and a queued job."""

import secrets

from django.db import IntegrityError, transaction

from aria_site.accounts.models import User
from aria_site.kernel.problems import ConflictError, LimitReachedError
from generation.access import priority_check
from generation.live import job_changed
from generation.models import Job
from generation.ordering import Order, order_from_spec
from generation.quotas import work_of
from generation.services.admitting import room_ensure
from generation.services.bell import ring
from generation.services.learning import forecast_note
from generation.services.pictures import artworks_copy, pictures_use
from generation.specs import JobSpec

SEED_RANGE = 2**32
"""Chosen seeds stay in the range that every other tool accepts."""


def job_submit(*, owner: User, spec: JobSpec, idempotency_key: str = "") -> Job:
    """Queue a job, ring for a worker after commit, and write down when the job is foretold to be done.

    With an idempotency key, the same request again returns the first job. Raises InvalidInputError naming each
    wrong field, ForbiddenError for a priority that this person may not set, ConflictError when the key was used for
    another request, and LimitReachedError where there is no room for another job.
    """
    if spec.priority:
        priority_check(owner)
    earlier = _job_under_key(owner, spec, idempotency_key)
    if earlier:
        return earlier
    order = order_from_spec(spec, owner=owner, chosen_seed=secrets.randbelow(SEED_RANGE))
    works = [work_of(order.recipe.to_dict(), order.count)]
    try:
        if order.pictures:
            # Files are copied before the transaction, and none for an order that is refused.
            room_ensure(owner=owner, works=works)
            artworks_copy(order.pictures)
        with transaction.atomic():
            room_ensure(owner=owner, works=works)
            job = _job_insert(owner, order, spec, idempotency_key)
    except (IntegrityError, LimitReachedError):
        # Two equal requests at once: the other one inserted the job, or took the last place with it, between our look
        # and our insert.
        winner = _job_under_key(owner, spec, idempotency_key)
        if winner is None:
            raise
        return winner
    forecast_note(job)
    return job


def _job_insert(owner: User, order: Order, spec: JobSpec, idempotency_key: str) -> Job:
    pictures_use(owner=owner, chosen=order.pictures)
    job = job_of(owner, order)
    job.idempotency_key, job.request_digest = idempotency_key, spec.digest() if idempotency_key else ""
    job.save(force_insert=True)
    ring()
    job_changed(job.pk, owner_id=job.owner_id)
    return job


def job_of(owner: User, order: Order) -> Job:
    """The queued job of a checked order, not yet stored."""
    return Job(
        owner=owner,
        persona=order.persona,
        parent=order.parent,
        recipe_data=order.recipe.to_dict(),
        recipe_fingerprint=order.recipe.fingerprint(),
        count=order.count,
        keep=order.keep,
        priority=order.priority,
    )


def _job_under_key(owner: User, spec: JobSpec, idempotency_key: str) -> Job | None:
    """The job that this key already made, if the request is the same one."""
    if not idempotency_key:
        return None
    job = Job.objects.filter(owner=owner, idempotency_key=idempotency_key).first()
    if job is not None and job.request_digest != spec.digest():
        raise ConflictError("This idempotency key was used for another request. Use a new key for a new request.")
    return job
