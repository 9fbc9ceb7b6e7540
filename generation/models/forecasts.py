"""How fast devices paint and load, and what was foretold of jobs."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from generation.forecasting.ranges import Kind
from generation.models.jobs import Job


class PaintPace(models.Model):
    """How fast a kind of device paints pictures of about one size with a model (see `forecasting.pace.Pace`)."""

    model = models.CharField(max_length=80, editable=False)
    device = models.CharField(max_length=120, editable=False)
    """What its maker calls it, or else the name by which its worker knows it."""
    bucket = models.PositiveSmallIntegerField("size", editable=False)
    """Of the pixels, see `forecasting.asking.Ask.bucket`."""
    squares = models.JSONField(default=list, editable=False)
    products = models.JSONField(default=list, editable=False)
    weight = models.FloatField(default=0, editable=False)
    paintings = models.PositiveIntegerField(default=0, editable=False)
    spread = models.FloatField(default=0, editable=False)
    """How far off predictions were lately, as the log of the ratio."""
    learned_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("model", "device", "bucket")
        constraints = [models.UniqueConstraint(fields=("model", "device", "bucket"), name="paint_pace_once")]

    def __str__(self) -> str:
        return f"{self.model} on {self.device}"


class LoadPace(models.Model):
    """How long it takes to bring a model into the memory of a kind of device, and how much of it the model fills."""

    model = models.CharField(max_length=80, editable=False)
    device = models.CharField(max_length=120, editable=False)
    seconds = models.FloatField(editable=False)
    bytes = models.PositiveBigIntegerField(default=0, editable=False)
    loads = models.PositiveIntegerField(default=0, editable=False)
    learned_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("model", "device")
        constraints = [
            models.UniqueConstraint(fields=("model", "device"), name="load_pace_once"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="load_pace_takes_time"),
        ]

    def __str__(self) -> str:
        return f"{self.model} onto {self.device}"


class Forecast(models.Model):
    """What was foretold when a job was queued, and what became of it: by these the next range is measured."""

    job = models.OneToOneField(Job, primary_key=True, on_delete=models.CASCADE, related_name="forecast")
    made_at = models.DateTimeField(editable=False)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in Kind], editable=False)
    before = models.PositiveIntegerField(editable=False)
    """Jobs before it, those being painted included."""
    estimate_s = models.FloatField(editable=False)
    """From then on, before the experience with earlier estimates was applied."""
    seconds = models.FloatField(editable=False)
    """What was told, with its range."""
    low = models.FloatField(editable=False)
    high = models.FloatField(editable=False)
    took_s = models.FloatField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)
    """When the job had its pictures; None before that, and for ever where it never had any."""

    class Meta:
        ordering = ("-made_at", "-job")
        indexes = [
            models.Index(fields=("-settled_at",), name="forecast_settled", condition=Q(settled_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(estimate_s__gt=0, low__lte=F("high")), name="forecast_is_ahead"),
            models.CheckConstraint(
                condition=Q(took_s__isnull=True, settled_at__isnull=True) | Q(took_s__gte=0, settled_at__isnull=False),
                name="forecast_settled_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s, {self.low:.0f} to {self.high:.0f}"
