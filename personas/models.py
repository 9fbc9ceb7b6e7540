"""Personas: fictional artists with a way of painting of their own."""

from django.db import models
from django.utils import timezone


class Persona(models.Model):
    """An artist persona. Its `style` joins every prompt painted in its name."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    bio = models.TextField(blank=True)
    style = models.CharField(
        max_length=400, blank=True, help_text="Words that join every prompt painted by this persona."
    )
    negative_prompt = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return self.name
