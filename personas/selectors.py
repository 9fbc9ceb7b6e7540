"""Reads of personas."""

from django.db.models import QuerySet

from personas.models import Persona


def personas_all() -> QuerySet[Persona]:
    """Every persona, the founder first."""
    return Persona.objects.all()
