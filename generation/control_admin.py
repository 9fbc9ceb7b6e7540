"""Looking after the queue in the admin: actions on jobs, and the switch that pauses all of it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from aria_site.accounts.authentication import person_of
from aria_site.kernel.admin_actions import LedgerAdmin, act_on_each
from generation import limits
from generation.access import may_operate_queue, may_prioritise
from generation.models import Job, QueuePause
from generation.queue_notice import queue_notice
from generation.selectors import queue_pause_in_force
from generation.services import job_move, job_pause, job_prioritise, job_resume, queue_pause, queue_resume

if TYPE_CHECKING:
    PauseForm = forms.ModelForm[QueuePause]
else:
    PauseForm = forms.ModelForm  # generic for type checkers alone


class JobControls(LedgerAdmin):
    """What can be done to jobs that wait or are being painted, beside stopping them."""

    CONTROLS = ("pause", "resume", "move_to_front", "move_to_back", "cut_in_line", "end_priority")

    def has_prioritise_permission(self, request: HttpRequest) -> bool:
        """Whether this person may change the rows, and let jobs cut in line."""
        return self.has_operate_permission(request) and may_prioritise(request.user)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, and above it whether the whole queue is paused."""
        pause = queue_pause_in_force()
        if pause is not None:
            self.message_user(request, queue_notice(pause), messages.WARNING)
        return super().changelist_view(request, extra_context)

    @admin.action(description="Pause", permissions=["operate"])
    def pause(self, request: HttpRequest, rows: QuerySet[Job]) -> HttpResponse | None:
        """Let jobs wait until they are resumed."""
        question = "Pause these jobs? Those that are being painted are kept as far as they are."
        return act_on_each(self, request, rows, question=question, act=lambda job: job_pause(job=job))

    @admin.action(description="Resume", permissions=["operate"])
    def resume(self, request: HttpRequest, rows: QuerySet[Job]) -> HttpResponse | None:
        """Let paused jobs wait for a worker again."""
        question = "Resume these jobs? Only those that are paused can be."
        return act_on_each(self, request, rows, question=question, act=lambda job: job_resume(job=job))

    @admin.action(description="Move to the front of their owner's jobs", permissions=["operate"])
    def move_to_front(self, request: HttpRequest, rows: QuerySet[Job]) -> HttpResponse | None:
        """Have jobs painted before all others of the same person."""
        question = "Move these jobs before all others of the same person? Only those that wait can be."
        return act_on_each(self, request, rows, question=question, act=lambda job: job_move(job=job, to="front"))

    @admin.action(description="Move to the back of their owner's jobs", permissions=["operate"])
    def move_to_back(self, request: HttpRequest, rows: QuerySet[Job]) -> HttpResponse | None:
        """Have jobs painted after all others of the same person."""
        question = "Move these jobs behind all others of the same person? Only those that wait can be."
        return act_on_each(self, request, rows, question=question, act=lambda job: job_move(job=job, to="back"))

    @admin.action(description=f"Let cut in line (priority {limits.MAX_PRIORITY})", permissions=["prioritise"])
    def cut_in_line(self, request: HttpRequest, rows: QuerySet[Job]) -> HttpResponse | None:
        """Have jobs painted before practically everything."""
        return self._prioritise(request, rows, limits.MAX_PRIORITY, "Let these jobs cut in line, before everybody's?")

    @admin.action(description="Back to everybody's priority (0)", permissions=["prioritise"])
    def end_priority(self, request: HttpRequest, rows: QuerySet[Job]) -> HttpResponse | None:
        """Let jobs come in their fair turn."""
        return self._prioritise(request, rows, 0, "Let these jobs come in their fair turn again?")

    def _prioritise(
        self, request: HttpRequest, rows: QuerySet[Job], priority: int, question: str
    ) -> HttpResponse | None:
        def act(job: Job) -> bool:
            return job_prioritise(job=job, priority=priority)

        return act_on_each(self, request, rows, question=f"{question} Only those that wait can.", act=act)


class QueuePauseForm(PauseForm):
    """Why nothing shall be painted."""

    class Meta:
        model = QueuePause
        fields = ("reason",)

    def clean(self) -> dict[str, Any]:
        """Refuse a second pause beside the one that is in force."""
        pause = queue_pause_in_force()
        if pause is not None:
            raise ValidationError(queue_notice(pause))
        return super().clean() or {}


@admin.register(QueuePause)
class QueuePauseAdmin(LedgerAdmin):
    """The switch of the whole queue: adding a row pauses it, the action resumes it, and what was stays to be read."""

    form = QueuePauseForm
    list_display = ("paused_at", "in_force", "reason", "paused_by", "resumed_at", "resumed_by")
    list_select_related = ("paused_by", "resumed_by")
    list_filter = ("in_force",)
    search_fields = ("reason", "paused_by__username")
    fields = ("reason", "in_force", "paused_by", "paused_at", "resumed_by", "resumed_at")
    readonly_fields = ("in_force", "paused_by", "paused_at", "resumed_by", "resumed_at")
    actions = ("resume",)

    def get_fields(self, request: HttpRequest, obj: QueuePause | None = None) -> Any:
        """A new pause needs a reason alone."""
        return self.fields if obj else ("reason",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Those who may pause the queue and were given the right to these rows."""
        return may_operate_queue(request.user) and admin.ModelAdmin.has_add_permission(self, request)

    def save_model(self, request: HttpRequest, obj: QueuePause, form: Any, change: Any) -> None:
        """Pause by the service. Where somebody was quicker, theirs is the row."""
        pause = queue_pause(by=person_of(request), reason=obj.reason) or QueuePause.objects.latest("paused_at")
        obj.pk, obj.reason = pause.pk, pause.reason

    @admin.action(description="Resume the queue", permissions=["operate"])
    def resume(self, request: HttpRequest, rows: QuerySet[QueuePause]) -> HttpResponse | None:
        """End the pause that is in force."""

        def act(pause: QueuePause) -> bool:
            return pause.in_force and queue_resume(by=person_of(request))

        return act_on_each(self, request, rows, question="Let workers take jobs again?", act=act)
