"""Manners of the API that HTTP asks of every address: HEAD, conditional GET, honest 404 and 405, private caching."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page

from aria_site.kernel.problem_answers import problem_answer
from aria_site.kernel.problems import MethodNotAllowedError, NotFoundError

View = Callable[..., HttpResponseBase]


def well_mannered(view: View) -> View:
    """Wrap a view of the API.

    HEAD is answered like GET, without the body. Answers to GET carry an ETag and are 304 when the client has them.
    What is not there and what is not allowed is told as a problem document. No shared cache keeps anything.
    """
    conditional = conditional_page(_problems_told(view))

    @wraps(view)
    def polite(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        response = conditional(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ("Authorization", "Cookie"))
        if head:
            request.method = "HEAD"
            _empty(response)
        return response

    # A form's token is asked for where a session opens the door, see `accounts.authentication`.
    return csrf_exempt(polite)


def nothing_here(request: HttpRequest, **_: object) -> HttpResponse:
    """Any address of the API that is none."""
    return problem_answer(NotFoundError("There is no such address in this API. The OpenAPI document lists them all."))


def next_page_link(request: HttpRequest, response: HttpResponse, after: str | None) -> None:
    """Name the next page in the `Link` header, as RFC 8288 has it; the other parameters stay."""
    if after is not None:
        query = urlencode({**request.GET.dict(), "after": after})
        response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'


def _problems_told(view: View) -> View:
    """Turn Django's own 404 and ninja's 405, which are meant for browsers, into problem documents."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return nothing_here(request)
        if response.status_code != MethodNotAllowedError.status:
            return response
        return _method_not_allowed(response.headers["Allow"])

    return told


def _method_not_allowed(allowed: str) -> HttpResponse:
    methods = {method.strip() for method in allowed.split(",")}
    words = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    answer = problem_answer(MethodNotAllowedError(f"This address answers to {words} alone."))
    answer.headers["Allow"] = words
    return answer


def _empty(response: HttpResponseBase) -> None:
    """Drop the body and keep its length."""
    if isinstance(response, HttpResponse):
        length = len(response.content)
        response.content = b""
        response.headers["Content-Length"] = str(length)
