"""`/personas`: who paints here."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router

from aria_site.accounts.authentication import may
from aria_site.accounts.models import Scope
from aria_site.kernel.problem_answers import NOT_FOUND, READ_PROBLEMS, UNCHANGED
from personas.access import persona_for_read
from personas.api.schemas import SLUG_PATTERN, PersonaList, PersonaOut
from personas.selectors import personas_all

router = Router(tags=["personas"])


@router.get(
    "",
    auth=may(Scope.READ),
    response={200: PersonaList, **UNCHANGED, **READ_PROBLEMS},
    operation_id="persona_list",
    summary="List personas",
    url_name="personas",
)
def persona_list(request: HttpRequest) -> PersonaList:
    """Every persona, the founder first."""
    return PersonaList(items=[PersonaOut.of(persona) for persona in personas_all()])


@router.get(
    "/{slug}",
    auth=may(Scope.READ),
    response={200: PersonaOut, **UNCHANGED, **READ_PROBLEMS, **NOT_FOUND},
    operation_id="persona_read",
    summary="Read a persona",
    url_name="persona",
)
def persona_read(request: HttpRequest, slug: Annotated[str, Path(pattern=SLUG_PATTERN)]) -> PersonaOut:
    """One persona by its slug."""
    return PersonaOut.of(persona_for_read(slug))
