"""Who a browser session belongs to right now, read afresh: long-lived sockets ask again and again."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from aria_site.accounts.models import User


def user_of_session(session_key: str | None) -> User | AnonymousUser:
    """The person signed in under this key; nobody once they signed out, changed their password or were deactivated."""
    if not session_key:
        return AnonymousUser()
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return get_user(request)
