"""JSON in and out as the standard has it: no NaN or Infinity, no key twice, UTF-8 alone, and a bounded depth."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from aria_site.kernel.problems import BrokenBodyError, InvalidInputError

LONGEST_NAME = 80
"""Characters of a sender's own field name that are said back to them."""


def json_read(data: bytes) -> Any:
    """Read a JSON document.

    Raises BrokenBodyError when it is none, and InvalidInputError naming the field that holds NaN or Infinity or is
    there twice.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenBodyError("The body is not UTF-8. Send JSON in UTF-8.") from error
    try:
        return json.loads(text, object_pairs_hook=_strict_object)
    except RecursionError as error:
        raise BrokenBodyError("The JSON is nested too deeply.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BrokenBodyError(f"The body is not JSON: it breaks off or goes wrong at {place}.") from error
    except ValueError as error:
        raise BrokenBodyError("The body holds a number of more digits than can be read.") from error


def json_write(data: Any) -> bytes:
    """Write a JSON document in UTF-8. Raises ValueError on NaN and Infinity.

    Half a surrogate pair, which UTF-8 cannot say, is written as its escape.
    """
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace")


def short_name(name: str) -> str:
    """A field name fit to be said back to whoever sent it."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def _strict_object(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    fields: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, value in pairs:
        shown = short_name(name)
        if name in fields:
            problems[shown] = f"`{shown}` is there twice. Send it once."
        elif _is_endless(value):
            problems[shown] = f"`{shown}` must be a finite number; NaN and Infinity are none."
        fields[name] = value
    if problems:
        raise InvalidInputError(problems)
    return fields


def _is_endless(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_endless, value))
    return isinstance(value, float) and not math.isfinite(value)
