"""JSON as the standard has it."""

import math
import time
from datetime import UTC, datetime

import pytest

from aria_site.kernel.problems import BrokenBodyError, InvalidInputError
from aria_site.kernel.strict_json import json_read, json_write


def test_reads_what_is_json() -> None:
    assert json_read('{"a": [1, 2.5, "é", null, true], "b": {}}'.encode()) == {"a": [1, 2.5, "é", None, True], "b": {}}


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"{'a': 1}", b'{"a": 1,}', b"\xff\xfe", '{"a": 1}'.encode("utf-16"), b'{"a": 1} x', b"9" * 5000],
    ids=["nothing", "half", "quotes", "comma", "not UTF-8", "UTF-16", "more", "5,000 digits"],
)
def test_refuses_what_is_none(data: bytes) -> None:
    with pytest.raises(BrokenBodyError):
        json_read(data)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_refuses_50_000_levels_at_once(opening: bytes) -> None:
    begun = time.perf_counter()

    with pytest.raises(BrokenBodyError):
        json_read(opening * 50_000)

    assert time.perf_counter() - begun < 0.2


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e309", "[1, [NaN]]"])
def test_names_the_field_that_holds_no_finite_number(number: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        json_read(f'{{"outer": {{"steps": {number}}}}}'.encode())

    assert refusal.value.errors == {"steps": "`steps` must be a finite number; NaN and Infinity are none."}


def test_names_the_field_that_is_there_twice() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        json_read(b'{"steps": 1, "steps": 1}')

    assert refusal.value.errors == {"steps": "`steps` is there twice. Send it once."}


def test_says_back_no_more_than_80_characters_of_a_name() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        json_read(b'{"%s": NaN}' % (b"x" * 1000))

    assert [len(name) for name in refusal.value.errors] == [81]


def test_writes_utf8_and_times() -> None:
    assert json_write({"é": datetime(2026, 1, 2, tzinfo=UTC)}) == '{"é": "2026-01-02T00:00:00Z"}'.encode()


def test_writes_half_a_surrogate_pair_as_its_escape() -> None:
    assert json_write("\ud800") == b'"\\ud800"'


def test_never_writes_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_write({"score": math.nan})
