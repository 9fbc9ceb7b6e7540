"""Batches: several orders taken at once or not at all, stopped at once, and queued again where they failed."""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction

from aria_site.accounts.models import User
from aria_site.kernel.problems import ConflictError, InvalidInputError, LimitReachedError
from generation import limits
from generation.access import priority_check
from generation.batch_specs import BatchSpec
from generation.expansion import Child, Expansion, batch_expand
from generation.live import job_changed
from generation.models import Batch, Job
from generation.ordering import Lookups, Order, order_from_spec
from generation.quotas import work_of
from generation.services.admitting import room_ensure
from generation.services.bell import ring
from generation.services.endings import job_cancel, job_retry
from generation.services.learning import forecasts_note
from generation.services.pictures import artworks_copy, pictures_use
from generation.services.submitting import SEED_RANGE, job_of
from generation.sources import ChosenPicture

MOST_PROBLEMS = 50
"""A batch can be wrong in more places than anybody wants to read."""


def batch_submit(*, owner: User, spec: BatchSpec, idempotency_key: str = "") -> Batch:
    """Queue every job of a batch and ring once for a worker after commit, or queue none of them.

    With an idempotency key, the same request again returns the first batch. Raises InvalidInputError naming each wrong
    place of the request, ForbiddenError for a priority that this person may not set, ConflictError when the key was
    used for another request, and LimitReachedError where there is no room for it.
    """
    earlier = _batch_under_key(owner, spec, idempotency_key)
    if earlier:
        return earlier
    _check_title(spec.title)
    expansion = batch_expand(spec, fresh_seed=_fresh_seed)
    orders = _orders(expansion, owner)
    if any(order.priority for order in orders):
        priority_check(owner)
    works = [work_of(order.recipe.to_dict(), order.count) for order in orders]
    try:
        # Files are copied before the transaction, and none for a batch that is refused.
        room_ensure(owner=owner, works=works)
        _copy_artworks(expansion.children, orders)
        with transaction.atomic():
            room_ensure(owner=owner, works=works)
            batch = _batch_insert(owner, spec, expansion, orders=orders, idempotency_key=idempotency_key)
    except (IntegrityError, LimitReachedError):
        # Two equal requests at once: the other one inserted the batch, or took the last place with it, between our look
        # and our insert.
        winner = _batch_under_key(owner, spec, idempotency_key)
        if winner is None:
            raise
        return winner
    forecasts_note(list(Job.objects.filter(batch=batch)))
    return batch


def batch_cancel(*, batch: Batch) -> int:
    """Stop every job of a batch that is not over. Returns how many were stopped.

    Each in a transaction of its own: a worker that ends a job locks the job before its owner's share. What waits goes
    before what is being painted, the last one first: so workers that become free meanwhile find as little as can be.
    """
    jobs = Job.objects.filter(batch=batch).order_by("-batch_index")
    waiting, running = jobs.filter(state=Job.State.QUEUED), jobs.filter(state=Job.State.RUNNING)
    return sum(job_cancel(job=job) for found in (waiting, running) for job in found)


def batch_retry(*, batch: Batch, state: Job.State = Job.State.FAILED) -> int:
    """Queue every job of a batch again that failed (or was cancelled), or none of them. Returns how many that were."""
    if state not in {Job.State.FAILED, Job.State.CANCELLED}:
        raise ValueError(f"{state} jobs cannot be queued again")
    with transaction.atomic():
        return sum(job_retry(job=job) for job in Job.objects.filter(batch=batch, state=state).order_by("pk"))


def _check_title(title: str) -> None:
    if len(title) > limits.MAX_BATCH_TITLE:
        raise InvalidInputError({"title": f"Keep `title` to {limits.MAX_BATCH_TITLE} characters."})
    if any(unicodedata.category(mark) in {"Cc", "Cs", "Zl", "Zp"} for mark in title):
        raise InvalidInputError({"title": "Remove line breaks and control characters from `title`."})


def _orders(expansion: Expansion, owner: User) -> list[Order]:
    """A checked order for each child. Raises InvalidInputError in the places of the request."""
    problems: dict[str, str] = {}
    orders: list[Order] = []
    lookups = Lookups(owner)
    for child in expansion.children:
        try:
            orders.append(order_from_spec(child.spec, owner=owner, chosen_seed=_fresh_seed(), lookups=lookups))
        except InvalidInputError as refusal:
            for place, sentence in child.problems(refusal.errors).items():
                problems.setdefault(place, sentence)
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise InvalidInputError(problems)
    _check_total(orders, expansion.many)
    return orders


def _check_total(orders: Sequence[Order], place: str) -> None:
    pictures = sum(order.count for order in orders)
    if pictures > limits.MAX_BATCH_PICTURES:
        most = limits.MAX_BATCH_PICTURES
        raise InvalidInputError({place: f"A batch paints at most {most} pictures; this would paint {pictures:,}."})
    recipes = ((order.recipe, order.count) for order in orders)
    if sum(one.width * one.height * one.steps * count for one, count in recipes) > limits.BATCH_PIXEL_STEP_BUDGET:
        sentence = "This is more than one batch may take: ask for fewer jobs, fewer steps or a smaller size."
        raise InvalidInputError({place: sentence})


def _copy_artworks(children: Sequence[Child], orders: Sequence[Order]) -> None:
    """Copy what is painted over, each picture once; see `artworks_copy`."""
    for child, pictures in _each_picture_once(children, orders):
        try:
            artworks_copy(pictures)
        except InvalidInputError as refusal:
            raise InvalidInputError(child.problems(refusal.errors)) from refusal


def _batch_insert(
    owner: User, spec: BatchSpec, expansion: Expansion, *, orders: Sequence[Order], idempotency_key: str
) -> Batch:
    for child, pictures in _each_picture_once(expansion.children, orders):
        try:
            pictures_use(owner=owner, chosen=pictures)
        except InvalidInputError as refusal:
            raise InvalidInputError(child.problems(refusal.errors)) from refusal
    batch = Batch.objects.create(
        owner=owner,
        kind=spec.kind,
        title=spec.title.strip() or _title(orders if spec.kind == "list" else orders[:1]),
        axes=expansion.axes(),
        idempotency_key=idempotency_key,
        request_digest=spec.digest() if idempotency_key else "",
    )
    jobs = Job.objects.bulk_create(_jobs(batch, owner, orders))
    ring()
    # One is enough for the queue to look at itself again.
    job_changed(jobs[0].pk, owner_id=owner.pk)
    return batch


def _jobs(batch: Batch, owner: User, orders: Sequence[Order]) -> list[Job]:
    """The children, each a moment younger than the one before, so that they are painted in the order asked for."""
    jobs = [job_of(owner, order) for order in orders]
    for index, job in enumerate(jobs):
        job.batch, job.batch_index = batch, index
        job.created_at = batch.created_at + timedelta(microseconds=index)
    return jobs


def _each_picture_once(
    children: Sequence[Child], orders: Sequence[Order]
) -> list[tuple[Child, tuple[ChosenPicture, ...]]]:
    """The pictures that are painted over, each with the first child that names it."""
    seen: set[str] = set()
    first: list[tuple[Child, tuple[ChosenPicture, ...]]] = []
    for child, order in zip(children, orders, strict=True):
        fresh = tuple(picture for picture in order.pictures if picture.sha256 not in seen)
        seen |= {picture.sha256 for picture in fresh}
        if fresh:
            first.append((child, fresh))
    return first


def _title(orders: Sequence[Order]) -> str:
    """The beginning of the first prompt, which is what people know it by, and how many others there are."""
    prompts = [" ".join(order.recipe.prompt.split()) for order in orders]
    others = len(set(prompts)) - 1
    rest = f", and {others} more" if others else ""
    room = limits.MAX_BATCH_TITLE - len(rest)
    return (prompts[0] if len(prompts[0]) <= room else f"{prompts[0][: room - 1]}…") + rest


def _batch_under_key(owner: User, spec: BatchSpec, idempotency_key: str) -> Batch | None:
    """The batch that this key already made, if the request is the same one."""
    if not idempotency_key:
        return None
    batch = Batch.objects.filter(owner=owner, idempotency_key=idempotency_key).first()
    if batch is not None and batch.request_digest != spec.digest():
        raise ConflictError("This idempotency key was used for another request. Use a new key for a new request.")
    return batch


def _fresh_seed() -> int:
    return secrets.randbelow(SEED_RANGE)
