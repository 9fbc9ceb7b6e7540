"""What `POST /jobs` refuses: named, with a sentence, and without a trace."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aria_site.accounts.models import User
from generation.models import Job
from tests.support.programs import Program

X = {"prompt": "x"}

FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "an empty prompt": ({"prompt": ""}, "prompt"),
    "a blank prompt": ({"prompt": " \n\t"}, "prompt"),
    "no prompt": ({}, "prompt"),
    "a prompt of 10,000 characters": ({"prompt": "x" * 10_000}, "prompt"),
    "a prompt that is a number": ({"prompt": 7}, "prompt"),
    "a prompt that is null": ({"prompt": None}, "prompt"),
    "a control character": ({"prompt": "a\x00b"}, "prompt"),
    "half a surrogate pair": ({"prompt": "a\ud800b"}, "prompt"),
    "a negative prompt of 10,000 characters": ({**X, "negative": "x" * 10_000}, "negative"),
    "size 513": ({**X, "width": 513}, "width"),
    "height 0": ({**X, "height": 0}, "height"),
    "height -256": ({**X, "height": -256}, "height"),
    "a side of 4,096": ({**X, "width": 4096}, "width"),
    "width as text": ({**X, "width": "512"}, "width"),
    "10^9 steps": ({**X, "steps": 10**9}, "steps"),
    "10^18 steps": ({**X, "steps": 10**18}, "steps"),
    "no steps": ({**X, "steps": 0}, "steps"),
    "two and a half steps": ({**X, "steps": 2.5}, "steps"),
    "steps that are true": ({**X, "steps": True}, "steps"),
    "guidance 31": ({**X, "guidance": 31}, "guidance"),
    "guidance -0.1": ({**X, "guidance": -0.1}, "guidance"),
    "guidance that is true": ({**X, "guidance": True}, "guidance"),
    "guidance as text": ({**X, "guidance": "5"}, "guidance"),
    "seed as text": ({**X, "seed": "7"}, "seed"),
    "seed -2": ({**X, "seed": -2}, "seed"),
    "a seed beyond JavaScript": ({**X, "seed": 2**53}, "seed"),
    "seed true": ({**X, "seed": True}, "seed"),
    "a negative count": ({**X, "count": -1}, "count"),
    "65 pictures": ({**X, "count": 65}, "count"),
    "count null": ({**X, "count": None}, "count"),
    "keeping fewer than painted": ({**X, "count": 4, "keep": 2}, "keep"),
    "guide 0": ({**X, "guide": 0}, "guide"),
    "guide 1.1": ({**X, "guide": 1.1}, "guide"),
    "an unknown model": ({**X, "model": "ghost"}, "model"),
    "an unknown persona": ({**X, "persona": "ghost"}, "persona"),
    "an unknown sampler": ({**X, "sampler": "ghost"}, "sampler"),
    "an unknown key": ({**X, "colour": "y"}, "colour"),
    "a key of the database": ({**X, "owner": 1}, "owner"),
    "LoRAs": ({**X, "loras": [{"name": "ink"}]}, "loras"),
    "a LoRA without a name": ({**X, "loras": [{"weight": 1}]}, "loras[0].name"),
    "a source that names nothing": ({**X, "source": "ab"}, "source"),
    "a source that is no text": ({**X, "source": 7}, "source"),
    "a source that is empty": ({**X, "source": ""}, "source"),
    "a hash of nothing": ({**X, "source": "0" * 64}, "source"),
    "a hash of too few letters": ({**X, "source": "0" * 63}, "source"),
    "an artwork that is not there": ({**X, "source": "6a3f0e43-7f0c-4b0c-9d57-6d2f0d1f0a01"}, "source"),
    "a path as a source": ({**X, "source": "../../etc/passwd"}, "source"),
    "a mask without a source": ({**X, "mask": "0" * 64}, "mask"),
    "a strength without a source": ({**X, "strength": 0.5}, "strength"),
    "no strength at all": ({**X, "strength": 0}, "strength"),
    "too much strength": ({**X, "strength": 1.01}, "strength"),
    "strength as text": ({**X, "strength": "0.5"}, "strength"),
    "a reference": ({**X, "reference": "ab"}, "reference"),
    "more than one job may take": ({**X, "width": 2048, "height": 2048, "steps": 150, "count": 64}, "count"),
}

BODIES: dict[str, tuple[bytes, int, str]] = {
    "NaN": (b'{"prompt": "x", "guidance": NaN}', 422, "guidance"),
    "Infinity": (b'{"prompt": "x", "guidance": Infinity}', 422, "guidance"),
    "minus Infinity as a seed": (b'{"prompt": "x", "seed": -Infinity}', 422, "seed"),
    "1e309": (b'{"prompt": "x", "guidance": 1e309}', 422, "guidance"),
    "a key twice": (b'{"prompt": "x", "seed": 1, "seed": 2}', 422, "seed"),
    "nothing": (b"", 422, "body"),
    "a list": (b"[]", 422, "body"),
    "a word": (b'"a lighthouse"', 422, "body"),
    "null": (b"null", 422, "body"),
    "broken JSON": (b'{"prompt": "x"', 400, "body"),
    "no JSON": (b"prompt=x", 400, "body"),
    "not UTF-8": (b'{"prompt": "\xff"}', 400, "body"),
    "a number of 5,000 digits": (b'{"prompt": "x", "seed": ' + b"9" * 5000 + b"}", 400, "body"),
    "50,000 open brackets": (b"[" * 50_000, 400, "body"),
    "50,000 open braces": (b'{"prompt":' * 50_000, 400, "body"),
    "more than a megabyte": (json.dumps({"prompt": "x" * 1024 * 1024}).encode(), 413, "body"),
}

KINDS = {
    "a form": "application/x-www-form-urlencoded",
    "an upload": "multipart/form-data; boundary=x",
    "plain text": "text/plain",
    "XML": "application/xml",
}


@pytest.fixture
def program(program_of: Callable[..., Program], alice: User) -> Program:
    return program_of(alice, "generate")


def assert_refused(answer: Any, status: int, field: str) -> None:
    """The problem names the field and says what to do about it; nothing is left of the request."""
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(problem["errors"]) == [field]
    assert problem["errors"][field].endswith(".")
    assert problem["detail"] == " ".join(problem["errors"].values())
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert "Traceback" not in answer.content.decode()
    assert Job.objects.count() == 0


@pytest.mark.parametrize(("body", "field"), FIELDS.values(), ids=FIELDS.keys())
def test_a_wrong_field_is_named(
    program: Program, rings: list[str], media: Path, body: dict[str, Any], field: str
) -> None:
    begun = time.perf_counter()

    answer = program.post("/jobs", body)

    assert time.perf_counter() - begun < 1
    assert_refused(answer, 422, field)
    assert rings == []
    assert list(media.iterdir()) == []


@pytest.mark.parametrize(("body", "status", "field"), BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_order_is_refused(
    program: Program, rings: list[str], body: bytes, status: int, field: str
) -> None:
    answer = program.post("/jobs", body)

    assert_refused(answer, status, field)
    assert rings == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_only_json_is_read(program: Program, rings: list[str], kind: str) -> None:
    answer = program.post("/jobs", json.dumps(X), Content_Type=kind)

    assert_refused(answer, 415, "body")
    assert rings == []


def test_json_with_a_charset_is_json(program: Program) -> None:
    assert program.post("/jobs", X, Content_Type="application/json; charset=utf-8").status_code == 202


def test_every_wrong_field_is_named_at_once(program: Program) -> None:
    answer = program.post("/jobs", {"prompt": "", "width": 513, "steps": "many", "colour": "teal"})

    assert answer.json()["errors"] == {
        "prompt": "`prompt` must not be empty.",
        "width": "`width` must be a multiple of 8.",
        "steps": "`steps` must be a whole number.",
        "colour": "There is no field `colour` here. Leave it out, or check how it is spelt.",
    }


@pytest.mark.parametrize("key", ["x" * 201, "two words", "naïve", "tab\there"])
def test_an_idempotency_key_that_is_none_is_refused(program: Program, key: str) -> None:
    answer = program.post("/jobs", X, Idempotency_Key=key)

    assert_refused(answer, 422, "Idempotency-Key")
