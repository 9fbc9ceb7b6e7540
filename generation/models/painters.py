"""What jobs are painted with and who paints them: diffusion models and workers."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class DiffusionModel(models.Model):
    """A registered diffusers folder of safetensors."""

    name = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    folder = models.CharField(max_length=500, help_text="Absolute path, or a path inside the project.")
    revision = models.CharField(max_length=64, blank=True)
    licence = models.CharField(max_length=120, blank=True)
    is_default = models.BooleanField(default=False)
    preload = models.BooleanField(default=False, help_text="Load it when a worker starts, and keep it in memory.")
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    """What its folder must hash to before it is loaded; empty where that is not asked."""
    stamp = models.CharField(max_length=64, blank=True, editable=False)
    """Names, sizes and times of its files when the hash was computed: unchanged files are not read again."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=("is_default",), condition=Q(is_default=True), name="one_default_model"),
        ]

    def __str__(self) -> str:
        return self.title


class Worker(models.Model):
    """One boot of a GPU worker process, renewed by its beat thread."""

    boot_id = models.CharField(primary_key=True, max_length=80)
    name = models.CharField(max_length=120)
    host = models.CharField(max_length=120)
    device = models.CharField(max_length=40, blank=True)
    device_name = models.CharField(max_length=120, blank=True)
    """What its maker calls the device; empty for a processor."""
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)
    beats = models.PositiveBigIntegerField(default=0)
    pool = models.JSONField(default=list)
    """What is resident in its memory, as the engine reports it."""
    orders = models.PositiveIntegerField(default=0)
    """Paintings under way."""
    loads = models.JSONField(default=dict)
    """Models read from disk since its start, counted by cause."""
    evictions = models.JSONField(default=list)
    """The latest models that had to leave, and why."""
    budget_bytes = models.PositiveBigIntegerField(default=0)
    """What models may fill on its device."""
    parking_bytes = models.PositiveBigIntegerField(default=0)
    """What models that left its device may fill in RAM."""
    trouble = models.CharField(max_length=300, blank=True, editable=False)
    """Why a model that it should have loaded at its start is not there; empty where nothing is wrong."""

    class Meta:
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return self.name
