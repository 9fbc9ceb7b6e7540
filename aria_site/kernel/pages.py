"""Answers the problems of pages: every Problem a view raises becomes a page that says what to do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from aria_site.kernel.problems import LimitReachedError, Problem


class ProblemPageMiddleware:
    """Turns a Problem that a view lets through into its status and a page. The API answers its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a Problem; None leaves every other exception to Django."""
        if not isinstance(exception, Problem):
            return None
        known = {403: "403.html", 404: "404.html"}
        template = known.get(exception.status, "problem.html")
        page = render(request, template, {"problem": exception}, status=exception.status)
        if isinstance(exception, LimitReachedError):
            page.headers["Retry-After"] = str(exception.retry_after)
        return page
