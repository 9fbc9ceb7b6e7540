"""Who is asking the API: a program with a key, a person with a session and a CSRF token, or, where allowed, anybody."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from aria_site.accounts.keys import api_key_allows, api_key_verify
from aria_site.accounts.models import ApiKey, Scope, User
from aria_site.kernel.problems import ForbiddenError, UnauthorisedError

Door = Callable[[HttpRequest], Any]


class ApiKeyBearer(HttpBearer):
    """A program's key in `Authorization: Bearer`. It stands for its person, whatever cookies came with it."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiKey | None:
        """The key; None without an Authorization header. Raises UnauthorisedError for any header that opens nothing."""
        if "Authorization" not in request.headers:
            return None
        key: ApiKey | None = super().__call__(request)
        if key is None:
            raise UnauthorisedError("This key opens nothing: it is wrong, revoked or expired. Send another one.")
        if not api_key_allows(key, self.scope):
            raise ForbiddenError(f"This key lacks the scope `{self.scope.value}`. Make one that has it.")
        return key

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """Let the request be its person's. A cookie never elevates it: its session is not looked at any more."""
        key = api_key_verify(token)
        if key is not None:
            request.user = key.user
        return key


class SignedIn(APIKeyCookie):
    """A person with a session. What changes something also needs the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> User | None:
        """The person; None when nobody is signed in. Raises ForbiddenError when the CSRF token is missing or wrong."""
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        """The person of the session."""
        user = request.user
        if not isinstance(user, User):
            return None
        if check_csrf(request) is not None:
            raise ForbiddenError("The CSRF token is missing or wrong. Load the page again, or use an API key.")
        return user


def anybody(request: HttpRequest) -> AnonymousUser:
    """Visitors without a key or a session."""
    return AnonymousUser()


def may(scope: Scope) -> list[Door]:
    """The doors of an operation: a key with this scope, or a person who is signed in."""
    return [ApiKeyBearer(scope), SignedIn()]


def open_to_all(scope: Scope) -> list[Door]:
    """The doors of an operation that visitors may use too. A key that is shown must be good all the same."""
    return [*may(scope), anybody]


def person_of(request: HttpRequest) -> User:
    """The person who is asking. Raises UnauthorisedError when there is none."""
    if not isinstance(request.user, User):
        raise UnauthorisedError
    return request.user


def key_of(request: HttpRequest) -> ApiKey | None:
    """The key that came with the request; None for a session."""
    shown = getattr(request, "auth", None)
    return shown if isinstance(shown, ApiKey) else None
