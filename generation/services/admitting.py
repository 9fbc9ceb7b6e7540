"""Who may queue one more job: refusals that say what is left and when there is more."""

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from aria_site.accounts.models import User
from aria_site.kernel.problems import QueueFullError, QuotaUsedUpError
from generation.quota_words import full_in_all_sentence, full_sentence, seconds_until, used_up_sentence
from generation.quotas import Work, allowance_of, limits_of, places_in_all, places_of, seconds_expected

DOOR = 0x41726961
"""The number of PostgreSQL's lock that whoever queues a job holds until it is committed."""
ROOM_AGAIN_S = 30
"""In how many seconds somebody may ask again whose queue is full: nobody knows when a place becomes free."""


def room_ensure(*, owner: User, works: Sequence[Work]) -> None:
    """Refuse works that together would pass a cap or a quota. They take one place of their owner's.

    Call it in the transaction that queues them and before it changes anything: until that ends, nobody else is let in,
    so of two people at the door for the last place one gets it. SQLite's transactions are one at a time anyway.

    On a day of which nothing is taken yet any one order is let in, however much it needs: there will be no better day.
    So a day is overdrawn by one order at most, and by what works cost beyond what was expected.

    Raises QueueFullError and QuotaUsedUpError.
    """
    _hold_the_door()
    limits = limits_of(owner)
    own, in_all = places_of(owner, limits.waiting), places_in_all()
    if own.left == 0:
        raise QueueFullError(full_sentence(own), retry_after=ROOM_AGAIN_S)
    if in_all.left is not None and in_all.left < len(works):
        raise QueueFullError(full_in_all_sentence(in_all), retry_after=ROOM_AGAIN_S)
    if limits.gpu_seconds is not None:
        _gpu_seconds_ensure(owner, works, limit=limits.gpu_seconds)


def _gpu_seconds_ensure(owner: User, works: Sequence[Work], *, limit: int) -> None:
    now = timezone.now()
    allowance = allowance_of(owner, limit, now=now)
    if allowance.is_untouched:
        return
    needed = seconds_expected(works)
    if not allowance.left or needed > allowance.left:
        sentence = used_up_sentence(allowance, needed=needed, now=now)
        raise QuotaUsedUpError(sentence, retry_after=seconds_until(allowance.renews_at, now))


def _hold_the_door() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DOOR])
