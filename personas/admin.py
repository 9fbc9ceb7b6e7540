"""Personas in the admin."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from personas.models import Persona


@admin.register(Persona)
class PersonaAdmin(admin.ModelAdmin):
    """Personas can be made and rewritten; what they painted keeps the words it was painted with."""

    list_display = ("name", "slug", "style", "works", "created_at")
    search_fields = ("name", "slug", "style", "bio")
    date_hierarchy = "created_at"
    fields = ("name", "slug", "bio", "style", "negative_prompt", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Persona]:
        """Personas with the number of their works."""
        personas: QuerySet[Persona] = super().get_queryset(request).annotate(work_count=Count("artworks"))
        return personas

    def get_readonly_fields(self, request: HttpRequest, obj: Persona | None = None) -> tuple[str, ...]:
        """Recipes name a persona by its slug, so the slug stays."""
        return ("created_at", "slug") if obj else ("created_at",)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Persona | None = None) -> dict[str, Sequence[str]]:
        """A new persona's slug follows its name."""
        return {} if obj else {"slug": ("name",)}

    @admin.display(description="works", ordering="work_count")
    def works(self, persona: Persona) -> int:
        """How many artworks carry the persona's name."""
        return int(getattr(persona, "work_count", 0))
