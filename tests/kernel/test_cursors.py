"""Keyset cursors."""

import base64
import json
import uuid
from datetime import UTC, datetime

import pytest

from aria_site.kernel.cursors import Cursor
from aria_site.kernel.problems import InvalidInputError


def test_reads_back_what_it_wrote() -> None:
    place = Cursor(datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), uuid.UUID(int=5))

    assert Cursor.decode(place.encode()) == place


@pytest.mark.parametrize(
    "text", ["", "x", "é", "bm9uc2Vuc2U", "WzEsMl0", "W10", "eyJhIjoxfQ", "WyIyMDI2LTAxLTAyIiwgIjAwIl0"]
)
def test_nonsense_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        Cursor.decode(text)

    assert list(refusal.value.errors) == ["after"]


def test_a_time_without_zone_is_refused() -> None:
    naive = Cursor(datetime(2026, 1, 2), uuid.UUID(int=5)).encode()  # noqa: DTZ001  the very thing that must fail

    with pytest.raises(InvalidInputError):
        Cursor.decode(naive)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_beyond_the_calendar_is_refused(moment: str) -> None:
    """Times are compared in UTC, where these two do not exist."""
    text = base64.urlsafe_b64encode(json.dumps([moment, "0" * 32]).encode()).decode()

    with pytest.raises(InvalidInputError):
        Cursor.decode(text)


def test_a_place_nested_too_deeply_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        Cursor.decode(base64.urlsafe_b64encode(b"[" * 6000).decode())
