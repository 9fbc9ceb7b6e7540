"""The only way a view or an API operation gets a persona."""

from aria_site.kernel.problems import NotFoundError
from personas.models import Persona


def persona_for_read(slug: str) -> Persona:
    """The persona of that slug. Everybody may see every persona. Raises NotFoundError."""
    persona = Persona.objects.filter(slug=slug).first()
    if persona is None:
        raise NotFoundError
    return persona
