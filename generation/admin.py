"""Jobs, models and workers in the admin."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from aria_site.kernel.admin_actions import LedgerAdmin, act_on_each, pretty_json, table
from aria_site.kernel.problems import LimitReachedError
from generation.batches import CountedBatch, with_counts
from generation.catalogue import model_manifest
from generation.control_admin import JobControls
from generation.engine.contract import EngineError
from generation.forecasting.asking import bucket_pixels
from generation.models import (
    Batch,
    DiffusionModel,
    Forecast,
    GpuDay,
    GpuShare,
    GpuTime,
    Job,
    LoadPace,
    PaintPace,
    Quota,
    Reproduction,
    StoredPicture,
    Worker,
)
from generation.pool_report import (
    EVICTION_COLUMNS,
    RESIDENT_COLUMNS,
    budget_text,
    estimate_text,
    eviction_rows,
    loads_text,
    resident_rows,
)
from generation.selectors import WORKER_SEEN_WITHIN
from generation.services import batch_cancel, batch_retry, job_cancel, job_retry, model_make_default, model_rehash
from generation.services.outlooks import pace_of

SHORT = 60


@admin.register(Job)
class JobAdmin(JobControls):
    """The queue: what waits, what is painted, what failed and why."""

    list_display = (
        "short_id",
        "standing",
        "prompt",
        "owner",
        "persona",
        "count",
        "done",
        "error_code",
        "created_at",
        "took",
    )
    list_select_related = ("owner", "persona")
    list_filter = ("kind", "state", "held", "error_code")
    search_fields = ("=id", "owner__username", "recipe_data__prompt")
    date_hierarchy = "created_at"
    actions = ("cancel", "retry", *JobControls.CONTROLS)
    fields = (
        "id", "kind", "state", "held", "stage", "done", "owner", "persona", "parent", "batch", "batch_index",
        "priority", "count", "keep", "attempts", "error", "error_code", "worker", "device", "created_at", "line_at",
        "started_at", "finished_at", "lease_expires_at", "recipe_text", "recipe_fingerprint", "idempotency_key",
    )  # fmt: skip
    readonly_fields = ("id", "done", "recipe_text")

    @admin.action(description="Stop", permissions=["operate"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Job]) -> HttpResponse | None:
        """Stop jobs that wait or are being painted."""
        question = "Stop these jobs? Those that are being painted end within a step."
        return act_on_each(self, request, rows, question=question, act=lambda job: job_cancel(job=job))

    @admin.action(description="Queue again", permissions=["operate"])
    def retry(self, request: HttpRequest, rows: QuerySet[Job]) -> HttpResponse | None:
        """Queue jobs again that failed or were cancelled."""
        question = "Queue these jobs again? Only those that failed or were cancelled can be."
        return act_on_each(self, request, rows, question=question, act=lambda job: self._retry(request, job))

    def _retry(self, request: HttpRequest, job: Job) -> bool:
        try:
            return job_retry(job=job)
        except LimitReachedError as refusal:
            self.message_user(request, f"Not queued for {job.owner}: {refusal}", "error")
            return False

    @admin.display(description="job", ordering="id")
    def short_id(self, job: Job) -> str:
        """The first part of the id, as logs show it."""
        return job.pk.hex[:8]

    @admin.display(description="state", ordering="state")
    def standing(self, job: Job) -> str:
        """The state, and whether it is paused."""
        return f"{job.get_state_display()}, paused" if job.held else job.get_state_display()

    @admin.display(description="prompt")
    def prompt(self, job: Job) -> str:
        """The beginning of the prompt."""
        return job.prompt if len(job.prompt) <= SHORT else f"{job.prompt[:SHORT]}…"

    @admin.display(description="done", ordering="progress")
    def done(self, job: Job) -> str:
        """Progress in per cent."""
        return f"{job.progress:.0%}"

    @admin.display(description="took")
    def took(self, job: Job) -> timedelta | None:
        """From the last claim to the end, to the second."""
        if job.started_at is None or job.finished_at is None:
            return None
        return timedelta(seconds=round((job.finished_at - job.started_at).total_seconds()))

    @admin.display(description="recipe")
    def recipe_text(self, job: Job) -> SafeString:
        """The recipe as people read it."""
        return pretty_json(job.recipe_data)


@admin.register(Batch)
class BatchAdmin(LedgerAdmin):
    """Jobs that were ordered at once, and how far they are together."""

    list_display = ("short_id", "title", "kind", "owner", "done", "failed", "created_at")
    list_select_related = ("owner",)
    list_filter = ("kind",)
    search_fields = ("=id", "owner__username", "title")
    date_hierarchy = "created_at"
    actions = ("cancel", "retry")
    fields = ("id", "kind", "title", "owner", "done", "failed", "created_at", "axes_text", "idempotency_key")
    readonly_fields = ("id", "done", "failed", "axes_text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        """Each batch with its counts, in the query of the list."""
        return with_counts(super().get_queryset(request))

    @admin.action(description="Stop", permissions=["operate"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Batch]) -> HttpResponse | None:
        """Stop whatever of these batches waits or is being painted."""
        question = "Stop these batches? What is being painted ends within a step, what hangs stays."
        return act_on_each(self, request, rows, question=question, act=lambda row: batch_cancel(batch=row) > 0)

    @admin.action(description="Queue again what failed", permissions=["operate"])
    def retry(self, request: HttpRequest, rows: QuerySet[Batch]) -> HttpResponse | None:
        """Queue the failed jobs of these batches again."""
        question = "Queue the failed jobs of these batches again?"
        return act_on_each(self, request, rows, question=question, act=lambda row: batch_retry(batch=row) > 0)

    @admin.display(description="batch", ordering="id")
    def short_id(self, batch: Batch) -> str:
        """The first part of the id."""
        return batch.pk.hex[:8]

    @admin.display(description="done")
    def done(self, batch: CountedBatch) -> str:
        """How many of its jobs are over."""
        return f"{batch.over} of {batch.total}"

    @admin.display(description="failed", ordering="failed")
    def failed(self, batch: CountedBatch) -> int:
        """How many of its jobs failed."""
        return batch.failed

    @admin.display(description="axes")
    def axes_text(self, batch: Batch) -> SafeString:
        """What varies along them."""
        return pretty_json(batch.axes)


@admin.register(Reproduction)
class ReproductionAdmin(LedgerAdmin):
    """Artworks that were painted again, and how alike the pictures are."""

    list_display = ("artwork", "verdict", "psnr", "largest_difference", "differing", "created_at", "judged_at")
    list_select_related = ("artwork",)
    list_filter = ("verdict", "differing")
    search_fields = ("=artwork__id", "artwork__title")
    date_hierarchy = "created_at"
    fields = (
        "artwork", "job", "verdict", "psnr", "largest_difference", "differing", "before", "now", "created_at",
        "judged_at", "facts_text",
    )  # fmt: skip
    readonly_fields = ("facts_text",)

    @admin.display(description="facts")
    def facts_text(self, reproduction: Reproduction) -> SafeString:
        """What it was painted again with."""
        return pretty_json(reproduction.facts)


@admin.register(DiffusionModel)
class DiffusionModelAdmin(admin.ModelAdmin):
    """Models can be registered by their folder; one of them is the default."""

    list_display = ("name", "title", "is_default", "preload", "usable", "needs", "folder", "licence")
    search_fields = ("name", "title", "folder")
    list_filter = ("is_default", "preload")
    fields = (
        "name", "title", "folder", "licence", "preload", "is_default", "revision", "sha256", "usable", "needs",
        "created_at",
    )  # fmt: skip
    readonly_fields = ("is_default", "revision", "sha256", "usable", "needs", "created_at")
    actions = ("make_default", "rehash")

    @admin.action(description="Make the default", permissions=["change"])
    def make_default(self, request: HttpRequest, rows: QuerySet[DiffusionModel]) -> HttpResponse | None:
        """Use this model when nobody names one."""
        if len(rows) != 1:
            self.message_user(request, "Choose one model: there is one default.", "error")
            return None
        question = "Paint with this model when nobody names one?"
        return act_on_each(self, request, rows, question=question, act=lambda row: model_make_default(model=row))

    @admin.action(description="Take the files as they are now", permissions=["change"])
    def rehash(self, request: HttpRequest, rows: QuerySet[DiffusionModel]) -> HttpResponse | None:
        """Hash the folders anew: from now on, what lies in them is what is registered."""
        question = "Trust what lies in these folders now? Their files are hashed anew."
        return act_on_each(self, request, rows, question=question, act=lambda row: self._rehash(request, row))

    def _rehash(self, request: HttpRequest, model: DiffusionModel) -> bool:
        try:
            return model_rehash(model=model)
        except EngineError as error:
            self.message_user(request, f"{model.name}: {error}", "error")
            return False

    @admin.display(description="will need about")
    def needs(self, model: DiffusionModel) -> str:
        """Memory on a GPU and on a processor, told by the headers of its files."""
        return estimate_text(model)

    @admin.display(description="can be painted with")
    def usable(self, model: DiffusionModel) -> str:
        """Yes, or the sentence that says why not."""
        if not model.folder:
            return "-"
        try:
            model_manifest(model)
        except EngineError as error:
            return str(error)
        return "yes"


@admin.register(Worker)
class WorkerAdmin(LedgerAdmin):
    """The painting processes, and what they hold in memory."""

    list_display = ("name", "alive", "host", "device", "holds", "memory", "loaded", "started_at", "seen_at", "beats")
    search_fields = ("name", "host", "boot_id")
    fields = (
        "boot_id", "name", "alive", "host", "device", "started_at", "seen_at", "beats", "orders", "memory", "loaded",
        "pool_text", "evictions_text",
    )  # fmt: skip
    readonly_fields = ("alive", "memory", "loaded", "pool_text", "evictions_text")

    @admin.display(boolean=True, description="alive")
    def alive(self, worker: Worker) -> bool:
        """Whether it was seen just now."""
        return worker.seen_at >= timezone.now() - WORKER_SEEN_WITHIN

    @admin.display(description="holds")
    def holds(self, worker: Worker) -> int:
        """How many models are in its memory."""
        return len(worker.pool)

    @admin.display(description="models fill")
    def memory(self, worker: Worker) -> str:
        """How much of its budget is in use."""
        return budget_text(worker)

    @admin.display(description="loads")
    def loaded(self, worker: Worker) -> str:
        """How often models were read from disk since its start, and why."""
        return loads_text(worker)

    @admin.display(description="in memory")
    def pool_text(self, worker: Worker) -> SafeString:
        """What is in its memory, as the engine reports it."""
        return table(RESIDENT_COLUMNS, resident_rows(worker))

    @admin.display(description="had to leave")
    def evictions_text(self, worker: Worker) -> SafeString:
        """Which models had to leave its memory lately, and why."""
        return table(EVICTION_COLUMNS, eviction_rows(worker))


@admin.register(StoredPicture)
class StoredPictureAdmin(LedgerAdmin):
    """The pictures that paintings start from. The hourly sweep removes those that no recipe names."""

    list_display = ("sha256", "owner", "width", "height", "bytes", "created_at", "used_at")
    list_select_related = ("owner",)
    search_fields = ("sha256", "owner__username")
    date_hierarchy = "created_at"
    fields = ("sha256", "owner", "width", "height", "bytes", "created_at", "used_at")


@admin.register(GpuTime)
class GpuTimeAdmin(LedgerAdmin):
    """What each lease cost, in seconds of its worker."""

    list_display = ("job", "owner", "worker", "device", "pictures", "seconds", "started_at", "ended_at")
    list_select_related = ("job", "owner")
    list_filter = ("device",)
    search_fields = ("=job__id", "owner__username", "worker")
    date_hierarchy = "started_at"
    fields = ("job", "owner", "worker", "device", "pictures", "seconds", "started_at", "ended_at")


@admin.register(Forecast)
class ForecastAdmin(LedgerAdmin):
    """What was foretold when jobs were queued, and what they took."""

    list_display = ("job", "made_at", "kind", "before", "told", "took_s", "settled_at")
    list_select_related = ("job",)
    list_filter = ("kind",)
    search_fields = ("=job__id",)
    date_hierarchy = "made_at"
    fields = ("job", "made_at", "kind", "before", "estimate_s", "told", "took_s", "settled_at")
    readonly_fields = ("told",)

    @admin.display(description="told")
    def told(self, forecast: Forecast) -> str:
        """The time and its range, in seconds."""
        return str(forecast)


@admin.register(PaintPace)
class PaintPaceAdmin(LedgerAdmin):
    """How fast devices paint with a model, by size: what forecasts are made of."""

    list_display = ("model", "device", "pixels", "paintings", "spread", "learned_at")
    list_filter = ("device",)
    search_fields = ("model",)
    fields = ("model", "device", "pixels", "costs", "paintings", "spread", "learned_at")
    readonly_fields = ("pixels", "costs")

    @admin.display(description="pixels, about", ordering="bucket")
    def pixels(self, pace: PaintPace) -> int:
        """The pixels in the middle of its bucket."""
        return round(bucket_pixels(pace.bucket))

    @admin.display(description="seconds of each part")
    def costs(self, pace: PaintPace) -> str:
        """What the parts of a painting cost, as far as they could be told apart."""
        return ", ".join(f"{name} {cost:.3f}" for name, cost in pace_of(pace).costs()._asdict().items())


@admin.register(LoadPace)
class LoadPaceAdmin(LedgerAdmin):
    """How long devices take to load a model."""

    list_display = ("model", "device", "seconds", "bytes", "loads", "learned_at")
    list_filter = ("device",)
    search_fields = ("model",)
    fields = ("model", "device", "seconds", "bytes", "loads", "learned_at")


@admin.register(GpuShare)
class GpuShareAdmin(LedgerAdmin):
    """What each person used lately: who used less comes first."""

    list_display = ("owner", "seconds", "as_of")
    list_select_related = ("owner",)
    search_fields = ("owner__username",)
    fields = ("owner", "seconds", "as_of")


@admin.register(GpuDay)
class GpuDayAdmin(LedgerAdmin):
    """What each person used on each day: the ledger summed up, kept when its lines are gone."""

    list_display = ("day", "owner", "seconds", "leases")
    list_select_related = ("owner",)
    search_fields = ("owner__username",)
    date_hierarchy = "day"
    fields = ("day", "owner", "seconds", "leases")


@admin.register(Quota)
class QuotaAdmin(admin.ModelAdmin):
    """What a role or a group may use a day and have waiting. Of all that hold for a person, the most generous wins."""

    list_display = ("__str__", "gpu_seconds", "waiting")
    list_select_related = ("group",)
    search_fields = ("role", "group__name")
    fields = ("role", "group", "gpu_seconds", "waiting")
