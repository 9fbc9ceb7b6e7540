"""Keyset cursors: a place in a newest-first list, as an opaque word that can stand in a URL."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from aria_site.kernel.problems import InvalidInputError

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
