"""docs/api.md says what is there, and nothing that is not."""

import re
from pathlib import Path

from django.conf import settings

from aria_site.accounts.models import Scope
from aria_site.api import api
from aria_site.kernel.problems import Problem
from generation.api.schemas import JobIn

DOCS = Path(settings.BASE_DIR, "docs", "api.md").read_text()


def test_it_names_every_scope_and_every_field_of_a_job() -> None:
    named = set(re.findall(r"`([a-z_]+)`", DOCS))

    assert set(Scope.values) <= named
    assert set(JobIn.model_fields) <= named


def kinds_of(problem: type[Problem]) -> set[type[Problem]]:
    """The problems that are raised: those that no further ones are kinds of."""
    kinds = {kind for below in problem.__subclasses__() for kind in kinds_of(below)}
    return kinds or {problem}


def test_it_lists_every_problem_with_its_status() -> None:
    told = {(int(status), code) for status, code in re.findall(r"^\| (\d{3}) \| `(\w+)` \|", DOCS, re.MULTILINE)}

    assert told == {(kind.status, kind.code) for kind in kinds_of(Problem)}


def test_every_address_it_names_is_there() -> None:
    paths = {re.sub(r"\{\w+\}", "x", path) for path in api.get_openapi_schema()["paths"]} | {"/api/v1/openapi.json"}

    told = set(re.findall(r"/api/v1/[a-z.]+", DOCS))
    assert told
    assert told <= paths
