"""The OpenAPI document: committed, complete, and open to everybody."""

import json
from typing import Any

import pytest

from aria_site.api import api
from tests.api.write_openapi import DOCUMENT, openapi_text
from tests.support.programs import Program

OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
    for method, operation in methods.items()
]


def test_the_api_is_the_one_that_was_reviewed() -> None:
    assert openapi_text() == DOCUMENT.read_text(), "Run `python -m tests.api.write_openapi`, and review the difference."


def test_anybody_may_read_the_document() -> None:
    answer = Program().get("/openapi.json")

    assert answer.status_code == 200
    assert answer.json() == json.loads(DOCUMENT.read_text())


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_says_what_it_is_for_who_may_and_what_may_go_wrong(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    refusals = {"401", "403", "422"} | ({"400", "409", "413", "415"} if method == "post" else {"304"})
    if "{" in path:
        refusals |= {"404"}

    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    assert {"ApiKeyBearer": []} in operation["security"]
    assert refusals <= {str(status) for status in operation["responses"]}


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_problems_have_the_media_type_they_are_sent_with(path: str, method: str, operation: dict[str, Any]) -> None:
    kinds = {int(status): set(response.get("content", {})) for status, response in operation["responses"].items()}

    assert {kind for status, found in kinds.items() if status >= 400 for kind in found} == {"application/problem+json"}
    assert {kind for status, found in kinds.items() if status < 300 for kind in found} == {"application/json"}
    assert kinds.get(304, set()) == set()


def test_operation_ids_are_told_once() -> None:
    names = [param.id for param in OPERATIONS]

    assert len(names) == len(set(names)) == 32
