"""Keyset cursors: a place in a newest-first list, as an opaque word that can stand in a URL."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from aria_site.kernel.problems import InvalidInputError

Row = TypeVar("Row", bound=Model)

UNKNOWN_PLACE = {"after": "This place in the list is unknown. Start again without `after`."}


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of the page before: its time and its key."""

    created_at: datetime
    pk: UUID

    def encode(self) -> str:
        """The cursor as URL-safe text."""
        text = json.dumps([self.created_at.isoformat(), self.pk.hex])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read a cursor. Raises InvalidInputError naming the field `after`."""
        try:
            created_at, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            moment, key = datetime.fromisoformat(created_at), UUID(pk)
            if moment.tzinfo is None:
                raise InvalidInputError(UNKNOWN_PLACE)
            return cls(moment.astimezone(UTC), key)
        except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise InvalidInputError(UNKNOWN_PLACE) from error

    @classmethod
    def of(cls, row: Any) -> Self:
        """The place of a row that has `created_at` and a UUID as its key."""
        return cls(row.created_at, row.pk)

    @property
    def older(self) -> Q:
        """What follows this place in a newest-first list."""
        return Q(created_at__lt=self.created_at) | Q(created_at=self.created_at, pk__lt=self.pk)

    @property
    def newer(self) -> Q:
        """What comes before this place in a newest-first list."""
        return Q(created_at__gt=self.created_at) | Q(created_at=self.created_at, pk__gt=self.pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """One page of a newest-first list, and the place where the next one starts."""

    items: list[Row]
    next: str | None


def page_of(rows: QuerySet[Row], *, after: str | None, limit: int) -> Page[Row]:
    """The page of a newest-first queryset behind `after`. Raises InvalidInputError when `after` is no cursor."""
    if after:
        rows = rows.filter(Cursor.decode(after).older)
    found = list(rows[: limit + 1])
    items = found[:limit]
    return Page(items=items, next=Cursor.of(items[-1]).encode() if len(found) > limit else None)
