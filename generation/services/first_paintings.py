"""Aria's first three paintings, so that the wall is never empty."""

from aria_site.accounts.models import User
from generation.services.submitting import job_submit
from generation.specs import JobSpec

FIRST_PROMPTS = (
    "a lighthouse above a teal sea at dusk, gouache poster",
    "a red sailboat on a golden lake at dawn, watercolour",
    "an emerald forest under the stars, night, oil painting",
)


def first_paintings_submit(*, owner: User) -> int:
    """Queue the first paintings once; later calls queue nothing. Returns how many were queued now."""
    before = owner.jobs.count()
    for number, prompt in enumerate(FIRST_PROMPTS, start=1):
        spec = JobSpec(prompt=prompt, persona="aria", seed=number)
        job_submit(owner=owner, spec=spec, idempotency_key=f"first-painting-{number}")
    return owner.jobs.count() - before
