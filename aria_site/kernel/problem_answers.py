"""How the API says that something is wrong: RFC 9457 problem documents, the same from every operation."""

import structlog
from django.http import HttpResponse
from pydantic import BaseModel, Field

from aria_site.kernel.problems import (
    BrokenBodyError,
    InvalidInputError,
    LimitReachedError,
    Problem,
    TooLargeError,
    UnsupportedMediaError,
)
from aria_site.kernel.strict_json import json_write

PROBLEM_MEDIA_TYPE = "application/problem+json"
UNAUTHORISED = 401


class ProblemOut(BaseModel):
    """What is wrong, and what to do about it."""

    type: str = Field(examples=["urn:aria:problem:invalid_input"])
    title: str = Field(examples=["Some fields cannot be used as they are."])
    status: int = Field(examples=[422])
    detail: str = Field(description="What to do about it.", examples=["`width` must be a multiple of 8."])
    code: str = Field(description="A stable word for programs.", examples=["invalid_input"])
    errors: dict[str, str] = Field(
        description="One sentence for each wrong field.", examples=[{"width": "`width` must be a multiple of 8."}]
    )
    request_id: str = Field(description="Stands in the log beside this request.", examples=["3f9c0a1b2d4e"])


READ_PROBLEMS: dict[frozenset[int], type[ProblemOut]] = {frozenset({401, 403, 422}): ProblemOut}
"""What any reading operation may answer with. Operations that look for one thing add NOT_FOUND."""

NOT_FOUND: dict[frozenset[int], type[ProblemOut]] = {frozenset({404}): ProblemOut}

WRITE_PROBLEMS: dict[frozenset[int], type[ProblemOut]] = {
    frozenset({400, 401, 403, 409, 413, 415, 422}): ProblemOut,
}
"""What any writing operation may answer with."""

LIMITED: dict[frozenset[int], type[ProblemOut]] = {frozenset({429}): ProblemOut}
"""What an operation may answer with that queues a job; `Retry-After` says when to come back."""

UNCHANGED: dict[frozenset[int], None] = {frozenset({304}): None}
"""The answer to `If-None-Match` where nothing changed."""


def problem_answer(problem: Problem) -> HttpResponse:
    """The HTTP answer that tells a program what is wrong."""
    document = ProblemOut(
        type=f"urn:aria:problem:{problem.code}",
        title=problem.title,
        status=problem.status,
        detail=str(problem),
        code=problem.code,
        errors=_errors(problem),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    response = HttpResponse(json_write(document.model_dump()), status=problem.status, content_type=PROBLEM_MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if isinstance(problem, LimitReachedError):
        response.headers["Retry-After"] = str(problem.retry_after)
    if problem.status == UNAUTHORISED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Aria"'
    return response


def _errors(problem: Problem) -> dict[str, str]:
    if isinstance(problem, InvalidInputError):
        return problem.errors
    if isinstance(problem, BrokenBodyError | TooLargeError | UnsupportedMediaError):
        return {"body": problem.detail}
    return {}
