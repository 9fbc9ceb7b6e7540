"""Jobs and what belongs to an order: batches, pauses, reproductions, brought pictures. The Job row is the ledger."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from aria_site.kernel.ids import new_id
from aria_site.kernel.recipe import Recipe
from gallery.models import Artwork
from personas.models import Persona


class Batch(models.Model):
    """Up to 64 jobs that were ordered at once. How far it is, its jobs tell (see `generation.batches`)."""

    class Kind(models.TextChoices):
        """How its jobs were asked for."""

        LIST = "list"
        GRID = "grid"
        MATRIX = "matrix"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches")
    kind = models.CharField(max_length=6, choices=Kind.choices, editable=False)
    title = models.CharField(max_length=120)
    axes = models.JSONField(default=dict, editable=False)
    """Of a grid or matrix, what varies along `x` and `y`: the field, its label and the label of each value."""
    idempotency_key = models.CharField(max_length=200, blank=True, editable=False)
    request_digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=("owner", "-created_at", "-id"), name="batch_of_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=("owner", "idempotency_key"),
                condition=~Q(idempotency_key=""),
                name="batch_idempotency_key",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page in the studio."""
        return reverse("generation:batch", args=[self.pk])


class Job(models.Model):
    """One order of up to 64 pictures. Every change of state is a conditional update (see `generation.services`)."""

    class State(models.TextChoices):
        """The life of a job; `TRANSITIONS` lists the allowed changes."""

        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Kind(models.TextChoices):
        """What comes of it: artworks, or the verdict on one that hangs already."""

        PAINTING = "painting"
        REPRODUCTION = "reproduction"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PAINTING, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    persona = models.ForeignKey(Persona, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs")
    parent = models.ForeignKey(Artwork, null=True, blank=True, on_delete=models.SET_NULL, related_name="variation_jobs")
    """The artwork that is painted over, if it is one."""
    batch = models.ForeignKey(
        Batch, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs", db_index=False, editable=False
    )
    batch_index = models.PositiveSmallIntegerField(null=True, editable=False)
    """Its place in the batch, from 0 on, in the order asked for."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    held = models.BooleanField("paused", default=False, editable=False)
    """Whether its owner paused it: it waits, and no worker takes it."""
    priority = models.SmallIntegerField(default=0)
    recipe_data = models.JSONField("recipe", editable=False)
    recipe_fingerprint = models.CharField(max_length=64, editable=False)
    count = models.PositiveSmallIntegerField(default=1)
    keep = models.PositiveSmallIntegerField(default=1)
    idempotency_key = models.CharField(max_length=200, blank=True, editable=False)
    request_digest = models.CharField(max_length=64, blank=True, editable=False)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    line_at = models.DateTimeField(null=True, editable=False)
    """Where it stands among its owner's jobs of the same priority, once it was moved; before, `created_at` says."""
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    lease_token = models.UUIDField(null=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    worker = models.CharField(max_length=80, blank=True, editable=False)
    """Boot id of the worker that painted or paints it."""
    device = models.CharField(max_length=40, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    """Attempts in a row without progress, the one under way included; the third one in vain fails the job."""
    progress = models.FloatField(default=0, editable=False)
    """Share of the painting that is done, in [0, 1]."""
    best_progress = models.FloatField(default=0, editable=False)
    """The furthest any attempt came; an attempt that goes further was not in vain."""
    claimed_progress = models.FloatField(default=0, editable=False)
    """`best_progress` when the last attempt began."""
    stage = models.CharField(max_length=10, blank=True, editable=False)
    error = models.TextField(blank=True, editable=False)
    error_code = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(
                F("owner"),
                F("priority").desc(),
                Coalesce("line_at", "created_at"),
                F("id"),
                name="job_in_turn",
                condition=Q(state="queued", held=False),
            ),
            models.Index(fields=("lease_expires_at",), name="job_leased", condition=Q(state="running")),
            models.Index(fields=("owner", "-created_at", "-id"), name="job_of_owner"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", lease_token__isnull=False, lease_expires_at__isnull=False)
                | (~Q(state="running") & Q(lease_token__isnull=True, lease_expires_at__isnull=True)),
                name="job_running_has_a_lease",
            ),
            models.CheckConstraint(condition=Q(held=False) | Q(state="queued"), name="job_held_while_it_waits"),
            models.CheckConstraint(
                condition=Q(count__gte=1, count__lte=64, keep__gte=1, keep__lte=F("count")), name="job_count_and_keep"
            ),
            models.CheckConstraint(condition=Q(kind="painting") | Q(count=1), name="job_reproduces_one_picture"),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=1), name="job_progress_in_0_1"),
            models.UniqueConstraint(
                fields=("owner", "idempotency_key"),
                condition=~Q(idempotency_key=""),
                name="job_idempotency_key",
            ),
            # Its index serves the foreign key as well.
            models.UniqueConstraint(fields=("batch", "batch_index"), name="job_place_in_batch"),
            models.CheckConstraint(
                condition=Q(batch__isnull=True, batch_index__isnull=True)
                | Q(batch__isnull=False, batch_index__isnull=False),
                name="job_has_a_place_in_its_batch",
            ),
        ]
        permissions = [("set_priority", "Can let jobs cut in line")]

    def __str__(self) -> str:
        return f"job {self.pk}"

    @property
    def recipe(self) -> Recipe:
        """The recipe of the job's first picture. Raises RecipeError when a newer Aria wrote it."""
        return Recipe.from_dict(self.recipe_data)

    @property
    def prompt(self) -> str:
        """What was asked for, also where the rest of the recipe cannot be read."""
        return str(self.recipe_data.get("prompt", ""))

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state not in {self.State.QUEUED, self.State.RUNNING}

    @property
    def is_suspect(self) -> bool:
        """Whether its last attempt brought it no further: it may be what ended its worker."""
        return self.attempts > 0 and self.best_progress <= self.claimed_progress

    @property
    def stands_at(self) -> datetime:
        """Where it stands among its owner's jobs of the same priority: those of earlier moments go first."""
        return self.line_at or self.created_at

    def origin_key(self, index: int) -> str:
        """The key of its artwork number `index`."""
        return f"job:{self.pk}:{index}"


TRANSITIONS: dict[Job.State, frozenset[Job.State]] = {
    Job.State.QUEUED: frozenset({Job.State.RUNNING, Job.State.CANCELLED}),
    Job.State.RUNNING: frozenset({Job.State.QUEUED, Job.State.SUCCEEDED, Job.State.FAILED, Job.State.CANCELLED}),
    Job.State.SUCCEEDED: frozenset(),
    Job.State.FAILED: frozenset({Job.State.QUEUED}),
    Job.State.CANCELLED: frozenset({Job.State.QUEUED}),
}
"""From each state, the states it may change to."""


class QueuePause(models.Model):
    """A time in which no worker takes a job, anybody's. At most one is in force; those that are over are kept."""

    in_force = models.BooleanField(default=True, editable=False)
    reason = models.CharField(max_length=200, blank=True, help_text="Everybody who waits reads it.")
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    paused_at = models.DateTimeField(default=timezone.now, editable=False)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    resumed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-paused_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("in_force",), condition=Q(in_force=True), name="queue_paused_once"),
            models.CheckConstraint(
                condition=Q(in_force=True, resumed_at__isnull=True) | Q(in_force=False, resumed_at__isnull=False),
                name="queue_pause_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"pause since {self.paused_at:%Y-%m-%d %H:%M}"


class Reproduction(models.Model):
    """One attempt to paint an artwork again from its recipe, and how alike the two pictures are."""

    class Verdict(models.TextChoices):
        """How alike they are; empty until both were compared."""

        IDENTICAL = "identical"
        WITHIN_TOLERANCE = "within_tolerance"
        DIFFERENT = "different"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="reproductions")
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="reproduction")
    verdict = models.CharField(max_length=16, choices=Verdict.choices, blank=True, editable=False)
    psnr = models.FloatField("PSNR in dB", null=True, editable=False)
    """None where the pictures are equal, as the ratio is infinite then."""
    largest_difference = models.PositiveSmallIntegerField(null=True, editable=False)
    """Of one colour of one pixel, in grey levels of 255."""
    differing = models.CharField(max_length=40, blank=True, editable=False)
    """The first ingredient that is not what it was: "model revision", "device", ... Empty where none differs."""
    before = models.CharField(max_length=200, blank=True, editable=False)
    """That ingredient when the artwork was painted."""
    now = models.CharField(max_length=200, blank=True, editable=False)
    """That ingredient when it was painted again."""
    facts = models.JSONField(default=dict, editable=False)
    """Device, dtype and library versions it was painted again with."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    judged_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [models.Index(fields=("artwork", "-created_at", "-id"), name="reproduction_of_artwork")]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", judged_at__isnull=True) | (~Q(verdict="") & Q(judged_at__isnull=False)),
                name="reproduction_judged_once",
            ),
        ]

    def __str__(self) -> str:
        return f"reproduction of {self.artwork_id}"


class StoredPicture(models.Model):
    """A picture that a person brought, or an artwork that they paint over: what recipes name as source or mask.

    The file is named by the hash of its content, so several people's rows may share one.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pictures")
    sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    bytes = models.PositiveBigIntegerField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(default=timezone.now, editable=False)
    """When it was brought or named by a job, the last time."""

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=("sha256",), name="picture_by_hash"),
            models.Index(fields=("used_at",), name="picture_by_use"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("owner", "sha256"), name="picture_once_a_person"),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0, bytes__gt=0), name="picture_has_pixels"),
        ]

    def __str__(self) -> str:
        return f"picture {self.sha256[:12]}"
