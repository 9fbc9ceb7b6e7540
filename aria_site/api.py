"""The one NinjaAPI: it adds the routers of the apps, reads bodies strictly and answers problems alike everywhere."""

import logging
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from aria_site import __version__
from aria_site.accounts.api.router import router as accounts_router
from aria_site.kernel.field_sentences import field_sentences
from aria_site.kernel.http import nothing_here, well_mannered
from aria_site.kernel.problem_answers import PROBLEM_MEDIA_TYPE, problem_answer
from aria_site.kernel.problems import (
    AwayError,
    BrokenBodyError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    Problem,
    TooLargeError,
    UnauthorisedError,
    UnexpectedError,
    UnsupportedMediaError,
)
from aria_site.kernel.strict_json import json_read, json_write, short_name
from aria_site.kernel.uploads import UPLOAD_LIMIT, upload_too_large
from gallery.api.router import router as gallery_router
from generation.api.batches import batches_router
from generation.api.control import control_router, queue_router
from generation.api.pictures import pictures_router
from generation.api.quotas import router as quotas_router
from generation.api.reproductions import router as reproductions_router
from generation.api.router import jobs_router, models_router
from personas.api.router import router as personas_router

logger = logging.getLogger(__name__)

DESCRIPTION = """Paint with Aria from a program.

Send a key as `Authorization: Bearer aria_…`; `manage.py api_key create NAME` makes one. Whatever is wrong is answered
with a problem document (RFC 9457) that names the fields and says what to do. Lists come newest first as
`{items, next}`: send `next` as `after` for the page behind, until it is null."""


class StrictParser(Parser):
    """Reads JSON as the standard has it, and nothing else."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Raises a Problem, which ninja carries as the cause of its own HttpError."""
        if request.content_type != "application/json":
            raise UnsupportedMediaError("Send the body as JSON, with `Content-Type: application/json`.")
        return json_read(request.body)


class StrictRenderer(JSONRenderer):
    """Writes JSON as the standard has it."""

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """The document."""
        return json_write(data)


class AriaAPI(NinjaAPI):
    """NinjaAPI with the manners of `kernel.http` on every address, and problem documents in its OpenAPI document."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """Every address of the API, and one for all that are none."""
        for router in self._get_bound_routers():
            for path_view in router.path_operations.values():
                for operation in path_view.operations:
                    refuse_unknown_parameters(operation)
                    refuse_unknown_form_fields(operation)
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = well_mannered(pattern.callback)
        return [*patterns, re_path("", well_mannered(nothing_here))], app_name, namespace

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The OpenAPI document, where problems have the media type they are sent with."""
        document = super().get_openapi_schema(**options)
        for path in document["paths"].values():
            for operation in path.values():
                for response in operation["responses"].values():
                    _name_problem_media_type(response)
        return document


def _name_problem_media_type(response: dict[str, Any]) -> None:
    content = response.get("content", {})
    if content.get("application/json", {}).get("schema", {}).get("$ref") == "#/components/schemas/ProblemOut":
        content[PROBLEM_MEDIA_TYPE] = content.pop("application/json")


def refuse_unknown_parameters(operation: Operation) -> None:
    """Let an operation refuse query parameters that are unknown or there twice: a misspelt filter filters nothing."""
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    known = sorted({name for model in models for name in model.__ninja_flatten_map__})
    run = operation.run

    @wraps(run)
    def checked(request: HttpRequest, **path: Any) -> Any:
        wrong = {
            short_name(name): f"There is no parameter `{short_name(name)}` here. Known: {', '.join(known) or 'none'}."
            for name in request.GET
            if name not in known
        } | {name: f"`{name}` is there twice. Send it once." for name in known if len(request.GET.getlist(name)) > 1}
        return problem_answer(InvalidInputError(wrong)) if wrong else run(request, **path)

    operation.run = checked  # type: ignore[method-assign]  # ninja itself decorates operations this way


def refuse_unknown_form_fields(operation: Operation) -> None:
    """Let an operation that takes a form refuse fields that are unknown, as JSON bodies do."""
    models = [model for model in operation.models if model.__ninja_param_source__ in {"file", "form"}]
    known = sorted({name for model in models for name in model.model_fields})
    view = operation.view_func

    @wraps(view)
    def checked(request: HttpRequest, **values: Any) -> Any:
        unknown = {short_name(name) for name in (*request.POST, *request.FILES) if name not in known}
        if unknown:
            raise InvalidInputError(
                {name: f"There is no field `{name}` here. Known: {', '.join(known)}." for name in sorted(unknown)}
            )
        return view(request, **values)

    if known:
        operation.view_func = checked


api = AriaAPI(
    title="Aria",
    version=__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    docs_decorator=require_safe,
    parser=StrictParser(),
    renderer=StrictRenderer(),
)
api.add_router("/jobs", control_router)
api.add_router("/jobs", jobs_router)
api.add_router("/queue", queue_router)
api.add_router("/batches", batches_router)
api.add_router("", models_router)
api.add_router("/pictures", pictures_router)
api.add_router("/artworks", gallery_router)
api.add_router("/artworks", reproductions_router)
api.add_router("/personas", personas_router)
api.add_router("", accounts_router)
api.add_router("", quotas_router)


@api.exception_handler(Problem)
def problem_told(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem that a service, selector or access function raised."""
    return problem_answer(problem)


@api.exception_handler(ValidationError)
def validation_told(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What the schemas refused. A path that cannot name anything names nothing."""
    if any(found["loc"][0] == "path" for found in error.errors):
        return problem_answer(NotFoundError())
    for found in error.errors:
        if found["loc"][0] == "file":
            return problem_answer(_file_problem(request, str(found["loc"][-1])))
    return problem_answer(InvalidInputError(field_sentences(error.errors)))


def _file_problem(request: HttpRequest, field: str) -> Problem:
    """Why a file is not there."""
    if request.content_type != "multipart/form-data":
        return UnsupportedMediaError("Send the fields as a form, with `Content-Type: multipart/form-data`.")
    if upload_too_large(request, field):
        return TooLargeError(f"`{field}` is too large. Send at most {UPLOAD_LIMIT // 2**20} MiB.")
    return InvalidInputError({field: f"`{field}` is missing. Send it as a file of the form."})


@api.exception_handler(HttpError)
def http_error_told(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja itself refused: nobody is asking, or the body could not be read (the cause says why)."""
    if isinstance(error.__cause__, Problem):
        return problem_answer(error.__cause__)
    if error.status_code == UnauthorisedError.status:
        return problem_answer(UnauthorisedError("Sign in, or send a key as `Authorization: Bearer aria_…`."))
    return problem_answer(BrokenBodyError())


@api.exception_handler(Http404)
@api.exception_handler(Exception)
def unexpected_told(request: HttpRequest, error: Exception) -> HttpResponse:
    """Whatever else is raised: known refusals of Django as what they are, the rest as a fault of Aria's own."""
    for kind, problem in DJANGO_PROBLEMS.items():
        if isinstance(error, kind):
            return problem_answer(problem)
    logger.error("unexpected error in %s %s", request.method, request.path, exc_info=error)
    return problem_answer(UnexpectedError("The log of the server says more; look there for this request id."))


DATABASE_AWAY = AwayError(
    "The database does not answer. Try again in a moment, and an order with the same `Idempotency-Key`."
)
DJANGO_PROBLEMS: dict[type[Exception], Problem] = {
    Http404: NotFoundError(),
    PermissionDenied: ForbiddenError(),
    RequestDataTooBig: TooLargeError(f"Send at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes."),
    SuspiciousOperation: BrokenBodyError(),
    MultiPartParserError: BrokenBodyError(),
    UnreadablePostError: BrokenBodyError("The connection broke before the body was there."),
    OperationalError: DATABASE_AWAY,
    InterfaceError: DATABASE_AWAY,
    RawPostDataException: UnsupportedMediaError("Send the body as JSON, with `Content-Type: application/json`."),
}
