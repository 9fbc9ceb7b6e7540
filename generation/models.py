"""Jobs, the models they are painted with, and the workers that paint them. The Job row is the ledger."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from aria_site.kernel.ids import new_id
from aria_site.kernel.recipe import Recipe
from gallery.models import Artwork
from personas.models import Persona


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
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    priority = models.SmallIntegerField(default=0)
    recipe_data = models.JSONField("recipe", editable=False)
    recipe_fingerprint = models.CharField(max_length=64, editable=False)
    count = models.PositiveSmallIntegerField(default=1)
    keep = models.PositiveSmallIntegerField(default=1)
    idempotency_key = models.CharField(max_length=200, blank=True, editable=False)
    request_digest = models.CharField(max_length=64, blank=True, editable=False)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
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
                fields=("owner", "-priority", "created_at", "id"), name="job_in_turn", condition=Q(state="queued")
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
        ]

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


class GpuTime(models.Model):
    """A line of the ledger: what one lease cost its owner, in seconds of the worker that held it.

    Each second in which a worker holds anything is shared out by pictures between the leases it holds just then, so
    the lines of a worker add up to the seconds in which it held anything.
    """

    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="gpu_times")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="gpu_times")
    worker = models.CharField(max_length=80, editable=False)
    """Boot id of the worker that held the lease."""
    device = models.CharField(max_length=40, blank=True, editable=False)
    pictures = models.PositiveSmallIntegerField(default=1, editable=False)
    """What was asked of the job: its weight where several leases share a second."""
    started_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    """None while the lease is held."""
    seconds = models.FloatField(default=0, editable=False)

    class Meta:
        ordering = ("-started_at", "-id")
        indexes = [
            models.Index(fields=("worker", "ended_at"), name="gpu_time_of_worker"),
            models.Index(fields=("worker", "owner"), name="gpu_time_under_way", condition=Q(ended_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=("job",), condition=Q(ended_at=None), name="gpu_time_one_lease_a_job"),
            models.CheckConstraint(condition=Q(seconds__gte=0, pictures__gte=1), name="gpu_time_counts_up"),
            models.CheckConstraint(condition=Q(ended_at__isnull=False) | Q(seconds=0), name="gpu_time_counted_at_end"),
        ]

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s of {self.worker}"


class GpuShare(models.Model):
    """What a person used lately: their lines of the ledger, each worth half as much with every half-life."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="gpu_share"
    )
    seconds = models.FloatField(default=0, editable=False)
    """As it was at `as_of`; it has been fading since."""
    as_of = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("owner",)
        constraints = [models.CheckConstraint(condition=Q(seconds__gte=0), name="gpu_share_counts_up")]

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s at {self.as_of:%H:%M:%S}"


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


class Worker(models.Model):
    """One boot of a GPU worker process, renewed by its beat thread."""

    boot_id = models.CharField(primary_key=True, max_length=80)
    name = models.CharField(max_length=120)
    host = models.CharField(max_length=120)
    device = models.CharField(max_length=40, blank=True)
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
