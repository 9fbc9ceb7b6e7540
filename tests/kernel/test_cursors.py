"""Keyset cursors."""

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
