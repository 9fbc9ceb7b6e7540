"""Artworks: the rows behind every picture on the wall."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from aria_site.kernel.ids import new_id
from aria_site.kernel.recipe import Recipe
from gallery.querysets import ArtworkQuerySet
from personas.models import Persona


class Artwork(models.Model):
    """One finished picture: its master file, thumbnails, recipe and label.

    `origin_key` names what made it (`job:<id>:<index>`); being unique, it makes storing a picture idempotent.
    `score`, `verdict`, `reasons`, `mood` and `palette` are written by upper apps through `artwork_annotate` only.
    """

    class State(models.TextChoices):
        """Where an artwork is: on the wall, in the cutting room, or in the trash."""

        HUNG = "hung"
        CUT = "cut"
        TRASHED = "trashed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    origin_key = models.CharField(max_length=80, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.HUNG)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="artworks")
    persona = models.ForeignKey(Persona, null=True, blank=True, on_delete=models.SET_NULL, related_name="artworks")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    title = models.CharField(max_length=200)
    alt = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    recipe_data = models.JSONField("recipe", editable=False)
    recipe_fingerprint = models.CharField(max_length=64, editable=False)
    facts = models.JSONField(default=dict, editable=False)
    """Device, dtype and library versions it was painted with."""

    file = models.CharField(max_length=120, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    bytes = models.PositiveBigIntegerField(editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    thumbnails = models.JSONField(default=dict, editable=False)
    """Width in pixels (as text) to file name."""
    blurhash = models.CharField(max_length=40, editable=False)
    colour = models.CharField(max_length=7, editable=False)
    """Average colour as #rrggbb: the placeholder until the thumbnail is there."""

    score = models.FloatField(null=True, editable=False)
    verdict = models.CharField(max_length=8, blank=True, editable=False)
    reasons = models.JSONField(default=list, editable=False)
    mood = models.CharField(max_length=20, blank=True, editable=False)
    palette = models.JSONField(default=list, editable=False)

    objects = ArtworkQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=("-created_at", "-id"), name="artwork_wall", condition=Q(state="hung")),
            models.Index(fields=("owner", "-created_at", "-id"), name="artwork_of_owner"),
            models.Index(fields=("persona", "-created_at", "-id"), name="artwork_of_persona"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0, bytes__gt=0), name="artwork_has_a_picture"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1), name="artwork_score_in_0_1"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The artwork's own page."""
        return reverse("gallery:artwork", args=[self.pk])

    @property
    def recipe(self) -> Recipe:
        """The recipe this picture was painted from."""
        return Recipe.from_dict(self.recipe_data)

    @property
    def words_unread(self) -> list[str]:
        """Words of the prompt that steered nothing in the sketch under the picture."""
        return list(self.facts.get("words_unread", []))
