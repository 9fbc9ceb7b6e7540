"""What a validator found, in sentences for people."""

from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from aria_site.kernel.field_sentences import MOST_ERRORS, field_sentences
from generation.api.schemas import JobIn


class Everything(BaseModel):
    """One field for each kind of refusal."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=2000, pattern="^a*$")] = "a"
    whole: Annotated[int, Field(strict=True, ge=1, le=9_007_199_254_740_927, multiple_of=8)] = 8
    number: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.5
    flag: bool = True
    many: Annotated[list[int], Field(max_length=2)] = []
    one_of: Literal["a", "b"] = "a"
    named: UUID | None = None


def errors_of(data: Any, model: type[BaseModel] = Everything) -> list[ErrorDetails]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        return [{**found, "loc": ("body", "argument", *found["loc"])} for found in error.errors()]
    return []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"text": 1}, "`text` must be text."),
        ({"text": ""}, "`text` must not be empty."),
        ({"text": "a" * 2001}, "Keep `text` to 2,000 characters."),
        ({"text": "b"}, "`text` holds characters that it must not hold, or none at all."),
        ({"whole": "8"}, "`whole` must be a whole number."),
        ({"whole": 8.5}, "`whole` must be a whole number."),
        ({"whole": True}, "`whole` must be a whole number."),
        ({"whole": 0}, "`whole` must be at least 1."),
        ({"whole": 2**60}, "`whole` must be at most 9,007,199,254,740,927."),
        ({"whole": 9}, "`whole` must be a multiple of 8."),
        ({"number": "x"}, "`number` must be a number."),
        ({"number": []}, "`number` must be a number."),
        ({"number": float("nan")}, "`number` must be a finite number; NaN and Infinity are none."),
        ({"number": 0}, "`number` must be above 0."),
        ({"number": 1}, "`number` must be below 1."),
        ({"flag": []}, "`flag` must be true or false."),
        ({"many": {}}, "`many` must be a list."),
        ({"many": [1, 2, 3]}, "Keep `many` to 2 entries."),
        ({"many": [[]]}, "`many[0]` must be a whole number."),
        ({"one_of": "c"}, "`one_of` must be one of 'a' or 'b'."),
        ({"named": "x"}, "`named` cannot be used as it is. The OpenAPI document says what it may be."),
        ({"other": 1}, "There is no field `other` here. Leave it out, or check how it is spelt."),
        ([], "The body must be an object in braces."),
    ],
)
def test_each_kind_of_error_has_a_sentence(data: Any, sentence: str) -> None:
    assert list(field_sentences(errors_of(data)).values()) == [sentence]


def test_what_is_missing_is_named() -> None:
    assert field_sentences(errors_of({}, JobIn)) == {"prompt": "`prompt` is missing. Send it."}


def test_a_parameter_is_named_as_it_is_sent() -> None:
    error = {"type": "int_parsing", "loc": ("query", "limit")}

    assert field_sentences([error]) == {"limit": "`limit` must be a whole number."}


def test_a_hundred_thousand_wrong_fields_get_a_short_answer() -> None:
    sentences = field_sentences(errors_of({f"field {number}": 1 for number in range(100_000)}))

    assert len(sentences) == MOST_ERRORS


def test_every_kind_of_refusal_of_a_job_has_a_sentence_of_its_own() -> None:
    """Whatever the schema of a job can refuse, nobody reads that it just cannot be used."""
    wrong: list[Any] = ["", "x" * 20_000, -(10**9), 10**20, 1.5, True, [], {}, [1], [{}] * 20, None]

    for name in JobIn.model_fields:
        for value in wrong:
            for sentence in field_sentences(errors_of({"prompt": "x", name: value}, JobIn)).values():
                assert "cannot be used" not in sentence, (name, value, get_args(sentence))
