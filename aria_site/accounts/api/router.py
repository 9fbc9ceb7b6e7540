"""`/me`: who is asking, and what their key may do."""

from django.http import HttpRequest
from ninja import Router

from aria_site.accounts.api.schemas import MeOut
from aria_site.accounts.authentication import key_of, may, person_of
from aria_site.accounts.models import Scope
from aria_site.kernel.problem_answers import READ_PROBLEMS, UNCHANGED

router = Router(tags=["accounts"])


@router.get(
    "/me",
    auth=may(Scope.READ),
    response={200: MeOut, **UNCHANGED, **READ_PROBLEMS},
    operation_id="me_read",
    summary="Who is asking",
    url_name="me",
)
def me_read(request: HttpRequest) -> MeOut:
    """The person a key stands for, its scopes and its end."""
    return MeOut.of(person_of(request), key_of(request))
