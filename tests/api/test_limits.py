"""The bounds of the schema are the bounds of the service: neither takes what the other refuses."""

from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from aria_site.accounts.models import User
from aria_site.api import api
from aria_site.kernel.problems import InvalidInputError
from aria_site.kernel.recipe import Recipe
from gallery.api.schemas import RecipeOut
from generation import limits
from generation.api.schemas import JobIn, JobStatus
from generation.models import Job
from generation.ordering import order_from_spec
from generation.specs import JobSpec


def around(*bounds: int) -> st.SearchStrategy[int]:
    """Whole numbers, most of them near a bound."""
    near = [st.integers(bound - 17, bound + 17) for bound in bounds]
    return st.one_of(*near, st.integers(-(2**63), 2**63))


def floats_around(*bounds: float) -> st.SearchStrategy[float]:
    near = [st.floats(bound - 0.5, bound + 0.5) for bound in bounds]
    return st.one_of(*near, st.floats(), st.sampled_from(bounds))


TEXT = st.text(st.characters(codec=None), max_size=20)
LONG = st.integers(limits.MAX_PROMPT - 1, limits.MAX_PROMPT + 1).map(lambda length: "x" * length)
ORDERS = st.fixed_dictionaries(
    {"prompt": TEXT | LONG},
    optional={
        "negative": TEXT | LONG,
        "width": around(limits.MIN_SIDE, limits.MAX_SIDE),
        "height": around(limits.MIN_SIDE, limits.MAX_SIDE),
        "steps": around(1, limits.MAX_STEPS),
        "guidance": floats_around(0, limits.MAX_GUIDANCE),
        "seed": around(-1, limits.MAX_SEED),
        "count": around(1, limits.MAX_COUNT),
        "guide": floats_around(0, 1),
        "priority": around(-limits.MAX_PRIORITY, limits.MAX_PRIORITY),
    },
)
SERVICE_ALONE = ("control characters", "the prompt is empty", "more than one job may take")
"""What no schema can say, or not in a sentence; the service refuses these."""


def schema_refuses(order: dict[str, Any]) -> set[str]:
    try:
        JobIn.model_validate(order)
    except ValidationError as error:
        return {str(found["loc"][0]) for found in error.errors()}
    return set()


def service_refuses(order: dict[str, Any]) -> dict[str, str]:
    try:
        order_from_spec(JobSpec(**order), owner=User(), chosen_seed=1)
    except InvalidInputError as error:
        return error.errors
    return {}


@settings(
    max_examples=500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ORDERS)
def test_schema_and_service_refuse_the_same_fields(alice: User, order: dict[str, Any]) -> None:
    by_schema, by_service = schema_refuses(order), service_refuses(order)

    said_by_service_alone = {
        name for name, sentence in by_service.items() if any(reason in sentence for reason in SERVICE_ALONE)
    }
    assert by_schema - said_by_service_alone == by_service.keys() - said_by_service_alone


@pytest.mark.parametrize(
    ("field", "allowed", "refused"),
    [
        ("width", [128, 136, 2048], [120, 127, 130, 2049, 2056]),
        ("steps", [1, 150], [0, 151]),
        ("guidance", [0, 0.0, 30], [-0.001, 30.001]),
        ("seed", [-1, 0, 2**53 - 65], [-2, 2**53 - 64]),
        ("count", [1, 64], [0, 65]),
        ("guide", [0.001, 1], [0, 1.001]),
        ("priority", [-100, 100], [-101, 101]),
    ],
)
def test_both_stand_on_the_bounds_that_were_promised(
    alice: User, field: str, allowed: list[float], refused: list[float]
) -> None:
    for value in allowed:
        assert (schema_refuses({"prompt": "x", field: value}), service_refuses({"prompt": "x", field: value})) == (
            set(),
            {},
        )
    for value in refused:
        order = {"prompt": "x", field: value}
        assert (schema_refuses(order), set(service_refuses(order))) == ({field}, {field})


def test_every_field_of_a_request_can_be_sent() -> None:
    assert set(JobIn.model_fields) == set(JobSpec.__dataclass_fields__)


def test_every_field_of_a_recipe_is_told() -> None:
    assert set(RecipeOut.model_fields) == set(Recipe.__dataclass_fields__)


def test_every_state_of_a_job_has_its_word() -> None:
    assert list(get_args(JobStatus)) == Job.State.values


def test_the_document_carries_the_bounds() -> None:
    fields = api.get_openapi_schema()["components"]["schemas"]["JobIn"]["properties"]

    width = next(kind for kind in fields["width"]["anyOf"] if kind["type"] == "integer")
    assert (width["minimum"], width["maximum"], width["multipleOf"]) == (128, 2048, 8)
    assert (fields["prompt"]["minLength"], fields["prompt"]["maxLength"]) == (1, 4000)
    assert (fields["count"]["minimum"], fields["count"]["maximum"], fields["count"]["default"]) == (1, 64, 1)
