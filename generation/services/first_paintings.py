"""Aria's first three paintings, so that the wall is never empty."""

from contextlib import suppress

from aria_site.accounts.models import User
from aria_site.kernel.problems import LimitReachedError
from generation.services.submitting import job_submit
from generation.specs import JobSpec

FIRST_PROMPTS = (
    "a lighthouse above a teal sea at dusk, gouache poster",
    "a red sailboat on a golden lake at dawn, watercolour",
    "an emerald forest under the stars, night, oil painting",
)


def first_paintings_submit(*, owner: User) -> int:
    """Queue the first paintings once; later calls queue nothing. Returns how many were queued now.

    Those that there is no room for come with the next call.
    """
    before = owner.jobs.count()
    with suppress(LimitReachedError):
        _submit_each(owner)
    return owner.jobs.count() - before


def _submit_each(owner: User) -> None:
    for number, prompt in enumerate(FIRST_PROMPTS, start=1):
        spec = JobSpec(prompt=prompt, persona="aria", seed=number)
        job_submit(owner=owner, spec=spec, idempotency_key=f"first-painting-{number}")
