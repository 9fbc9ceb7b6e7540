"""What a validator found, in sentences for people: one for each field, saying what would be right."""

from collections.abc import Mapping, Sequence
from typing import Any

from aria_site.kernel.strict_json import short_name

MOST_ERRORS = 50
"""A body can be wrong in more places than anybody wants to read."""

_BODY = "body"

_SENTENCES: Mapping[str, str] = {
    "missing": "{name} is missing. Send it.",
    "extra_forbidden": "There is no field {name} here. Leave it out, or check how it is spelt.",
    "string_type": "{name} must be text.",
    "string_too_long": "Keep {name} to {max_length:,} characters.",
    "string_pattern_mismatch": "{name} holds characters that it must not hold, or none at all.",
    "bool_type": "{name} must be true or false.",
    "int_type": "{name} must be a whole number.",
    "int_from_float": "{name} must be a whole number.",
    "int_parsing": "{name} must be a whole number.",
    "int_parsing_size": "{name} must be a whole number of fewer digits.",
    "float_type": "{name} must be a number.",
    "float_parsing": "{name} must be a number.",
    "finite_number": "{name} must be a finite number; NaN and Infinity are none.",
    "greater_than": "{name} must be above {gt:,g}.",
    "greater_than_equal": "{name} must be at least {ge:,g}.",
    "less_than": "{name} must be below {lt:,g}.",
    "less_than_equal": "{name} must be at most {le:,g}.",
    "multiple_of": "{name} must be a multiple of {multiple_of:,g}.",
    "number_or_text": "{name} must be a number or text.",
    "list_type": "{name} must be a list.",
    "too_long": "Keep {name} to {max_length} entries.",
    "literal_error": "{name} must be one of {expected}.",
    "model_type": "{name} must be an object in braces.",
    "model_attributes_type": "{name} must be an object in braces.",
}
_EMPTY = "{name} must not be empty."
_OTHERWISE = "{name} cannot be used as it is. The OpenAPI document says what it may be."


def field_sentences(errors: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """One sentence for each wrong field, from the errors of the API's validation; the first error of a field stands."""
    sentences: dict[str, str] = {}
    for error in errors[:MOST_ERRORS]:
        name = _field_name(error["loc"])
        sentences.setdefault(name, _sentence(name, error))
    return sentences


def _field_name(place: Sequence[str | int]) -> str:
    """The sender's own name of the field. In a body, the first two parts name the body and the argument it became."""
    source, *rest = place
    path = rest[1:] if source == _BODY else rest
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return short_name(name.removeprefix(".")) or _BODY


def _sentence(name: str, error: Mapping[str, Any]) -> str:
    shown = "The body" if name == _BODY else f"`{name}`"
    if error["type"] == "string_too_short":
        return _EMPTY.format(name=shown)
    if error["type"] == "less_than_equal" and isinstance(error["ctx"]["le"], int):
        # Past a million, `g` would round.
        return f"{shown} must be at most {error['ctx']['le']:,}."
    return _SENTENCES.get(error["type"], _OTHERWISE).format(name=shown, **error.get("ctx", {}))
