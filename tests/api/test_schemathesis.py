"""Whatever the OpenAPI document allows or forbids is sent; no answer is a fault, and none is undocumented."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from aria_site.accounts.models import User
from aria_site.wsgi import application
from generation.models import Job
from tests.support.programs import Program
from tests.support.rows import make_artwork, make_batch, make_finished_job, make_job, make_picture

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=application)
EXAMPLES = 8
UUID = r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{11}[02468ace]"
NAMES = {"job_id": UUID, "batch_id": UUID, "artwork_id": UUID, "sha256": r"[0-9a-f]{64}", "slug": r"[a-z0-9]{2,80}"}
"""What is replaced by a name of something that is there: only names that the schema allows, and not all of them."""


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Keep the connection that holds this test's transaction, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def names(alice: User) -> dict[str, str]:
    """Things that are there, for half of the requests to find."""
    make_finished_job(alice, count=2)
    failed = make_job(alice, state=Job.State.FAILED, error="It failed.")
    batch = make_batch(alice, "queued", "failed", "succeeded")
    return {
        "job_id": str(failed.pk),
        "batch_id": str(batch.pk),
        "artwork_id": str(make_artwork(alice).pk),
        "slug": "aria",
    } | {"sha256": make_picture(alice).sha256}


@pytest.fixture
def headers(program_of: Callable[..., Program], alice: User) -> dict[str, str]:
    return program_of(alice).headers


@pytest.mark.timeout(300)
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_every_answer_is_documented_and_none_is_a_fault(
    case: Any, headers: dict[str, str], names: dict[str, str]
) -> None:
    for name, value in (case.path_parameters or {}).items():
        if re.fullmatch(NAMES[name], str(value)):
            case.path_parameters[name] = names[name]

    # A model, a persona or a place in a list that the schema allows need not be there: those refusals are right.
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
