"""Doors: signing in by link or password, signing out, choosing a password."""

from django.contrib.auth import login
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from aria_site.accounts.services import sign_in_token_use
from aria_site.kernel.problems import NotFoundError

LINK_REFUSED = "accounts/link_refused.html"


@never_cache
@require_GET
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in with a one-time link and go on to the studio.

    A plain GET signs in, as in notebooks: a click in the terminal is all the newcomer does. What browsers fetch
    before anybody clicks, and HEAD, neither signs in nor burns the token; nor does a visit that is refused.
    """
    if request.user.is_authenticated:
        return _without_referrer(redirect("generation:studio"))
    if _is_prefetch(request):
        return _without_referrer(HttpResponse(status=503))
    user = sign_in_token_use(secret=token)
    if user is None:
        return _without_referrer(render(request, LINK_REFUSED, status=NotFoundError.status))
    login(request, user)
    return _without_referrer(redirect("generation:studio"))


def _is_prefetch(request: HttpRequest) -> bool:
    purpose = request.headers.get("Sec-Purpose") or request.headers.get("Purpose") or request.headers.get("X-Moz", "")
    return purpose.startswith("prefetch")


def _without_referrer(response: HttpResponse) -> HttpResponse:
    """The address holds a secret, so no page opened from here may learn it."""
    response["Referrer-Policy"] = "no-referrer"
    return response


class SignIn(LoginView):
    """Sign in with name and password."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Sign out, by POST alone."""


class ChoosePassword(PasswordChangeView):
    """Change the password; who never had one (the owner, after the first link) chooses it without naming an old one."""

    template_name = "accounts/password.html"
    success_url = reverse_lazy("generation:studio")

    def get_form_class(self) -> type[BaseForm]:
        """The form that asks for the old password where there is one."""
        has_one = self.request.user.is_authenticated and self.request.user.has_usable_password()
        return PasswordChangeForm if has_one else SetPasswordForm
