"""`/me/quota`: what the person who asks may use, and what of it is left."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field

from aria_site.accounts.authentication import may, person_of
from aria_site.accounts.models import Scope, User
from aria_site.kernel.problem_answers import READ_PROBLEMS, UNCHANGED
from generation.quotas import Allowance, Places, allowance_of, limits_of, places_in_all, places_of

router = Router(tags=["accounts"])

LIMIT = "Null is without limit."


class GpuSecondsOut(BaseModel):
    """GPU-seconds of today, from midnight to midnight in the studio's time zone."""

    limit: int | None = Field(description=LIMIT, examples=[600])
    used: float = Field(description="By what has ended today.", examples=[480.5])
    under_way: float = Field(description="By what is painted just now, so far. 0 where there is no limit.")
    waiting: float = Field(description="What waiting jobs are expected to use. 0 where there is no limit.")
    left: float | None = Field(description="Without all of these. Null where there is no limit.", examples=[119.5])
    renews_at: datetime

    @classmethod
    def of(cls, allowance: Allowance) -> "GpuSecondsOut":
        """A person's day."""
        return cls(
            limit=allowance.limit,
            used=round(allowance.used, 1),
            under_way=round(allowance.under_way, 1),
            waiting=round(allowance.waiting, 1),
            left=None if allowance.left is None else round(allowance.left, 1),
            renews_at=allowance.renews_at,
        )


class PlacesOut(BaseModel):
    """Places in the queue."""

    limit: int | None = Field(description=LIMIT, examples=[50])
    taken: int = Field(examples=[3])
    left: int | None = Field(description="Null where there is no limit.", examples=[47])

    @classmethod
    def of(cls, places: Places) -> "PlacesOut":
        """A person's, or everybody's."""
        return cls(limit=places.limit, taken=places.taken, left=places.left)


class QuotaOut(BaseModel):
    """What a person may use, and what of it is left."""

    gpu_seconds: GpuSecondsOut
    waiting: PlacesOut = Field(description="Your jobs that wait.")
    waiting_in_all: PlacesOut = Field(description="Everybody's jobs that wait.")

    @classmethod
    def of(cls, person: User) -> "QuotaOut":
        """A person's, now."""
        limits = limits_of(person)
        return cls(
            gpu_seconds=GpuSecondsOut.of(allowance_of(person, limits.gpu_seconds)),
            waiting=PlacesOut.of(places_of(person, limits.waiting)),
            waiting_in_all=PlacesOut.of(places_in_all()),
        )


@router.get(
    "/me/quota",
    auth=may(Scope.READ),
    response={200: QuotaOut, **UNCHANGED, **READ_PROBLEMS},
    operation_id="quota_read",
    summary="What you may use",
    url_name="me-quota",
)
def quota_read(request: HttpRequest) -> QuotaOut:
    """Your GPU-seconds of today and your places in the queue. A key shares those of its person."""
    return QuotaOut.of(person_of(request))
