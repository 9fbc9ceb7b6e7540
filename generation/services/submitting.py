"""Taking orders: a checked request becomes a frozen recipe and a queued job."""

import secrets

from django.db import IntegrityError, transaction

from aria_site.accounts.models import User
from aria_site.kernel.problems import ConflictError
from generation.live import job_changed
from generation.models import Job
from generation.ordering import Order, order_from_spec
from generation.services.bell import ring
from generation.services.pictures import artworks_copy, pictures_use
from generation.specs import JobSpec

SEED_RANGE = 2**32
"""Chosen seeds stay in the range that every other tool accepts."""


def job_submit(*, owner: User, spec: JobSpec, idempotency_key: str = "") -> Job:
    """Queue a job and ring for a worker after commit.

    With an idempotency key, the same request again returns the first job. Raises InvalidInputError naming each
    wrong field, and ConflictError when the key was used for another request.
    """
    earlier = _job_under_key(owner, spec, idempotency_key)
    if earlier:
        return earlier
    order = order_from_spec(spec, owner=owner, chosen_seed=secrets.randbelow(SEED_RANGE))
    artworks_copy(order.pictures)
    try:
        with transaction.atomic():
            return _job_insert(owner, order, spec, idempotency_key)
    except IntegrityError:
        # Two equal requests at once: the other one inserted the job between our look and our insert.
        winner = _job_under_key(owner, spec, idempotency_key)
        if winner is None:
            raise
        return winner


def _job_insert(owner: User, order: Order, spec: JobSpec, idempotency_key: str) -> Job:
    pictures_use(owner=owner, chosen=order.pictures)
    job = Job.objects.create(
        owner=owner,
        persona=order.persona,
        parent=order.parent,
        recipe_data=order.recipe.to_dict(),
        recipe_fingerprint=order.recipe.fingerprint(),
        count=order.count,
        keep=order.keep,
        idempotency_key=idempotency_key,
        request_digest=spec.digest() if idempotency_key else "",
    )
    ring()
    job_changed(job.pk, owner_id=job.owner_id)
    return job


def _job_under_key(owner: User, spec: JobSpec, idempotency_key: str) -> Job | None:
    """The job that this key already made, if the request is the same one."""
    if not idempotency_key:
        return None
    job = Job.objects.filter(owner=owner, idempotency_key=idempotency_key).first()
    if job is not None and job.request_digest != spec.digest():
        raise ConflictError("This idempotency key was used for another request. Use a new key for a new request.")
    return job
