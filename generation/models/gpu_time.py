"""What painting costs: the ledger of leases, what people used lately and by day, and what they may use."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q

from generation.models.jobs import Job


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


class GpuDay(models.Model):
    """What a person used on one day of the studio: their lines of the ledger of that day, summed up as each is closed.

    It stays when the lines are removed after some months.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="gpu_days")
    day = models.DateField(editable=False)
    """From midnight to midnight in the studio's time zone."""
    seconds = models.FloatField(default=0, editable=False)
    leases = models.PositiveIntegerField(default=0, editable=False)
    """How many leases fell on it; one over midnight falls on both days."""

    class Meta:
        verbose_name = "GPU-seconds of a day"
        verbose_name_plural = "GPU-seconds by day"
        ordering = ("-day", "-id")
        constraints = [
            models.UniqueConstraint(fields=("owner", "day"), name="gpu_day_once_a_person"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="gpu_day_counts_up"),
        ]

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s on {self.day}"


class Quota(models.Model):
    """What a role or a group may use. Of all that hold for a person, the most generous wins (see `quotas`)."""

    class Role(models.TextChoices):
        """Whom a quota is for where it names no group. Everybody is a member."""

        MEMBER = "member"
        STAFF = "staff"
        SUPERUSER = "superuser"

    role = models.CharField(max_length=10, choices=Role.choices, blank=True, help_text="Or choose a group.")
    group = models.OneToOneField(
        Group, null=True, blank=True, on_delete=models.CASCADE, related_name="quota", help_text="Or choose a role."
    )
    gpu_seconds = models.PositiveIntegerField(
        "GPU-seconds a day", null=True, blank=True, help_text="0: without limit. Empty: says nothing of it."
    )
    waiting = models.PositiveIntegerField(
        "waiting jobs", null=True, blank=True, help_text="At a time. 0: without limit. Empty: says nothing of it."
    )

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(role="", group__isnull=False) | (~Q(role="") & Q(group__isnull=True)),
                name="quota_for_a_role_or_a_group",
                violation_error_message="Choose a role or a group, and not both.",
            ),
            models.UniqueConstraint(
                fields=("role",),
                condition=~Q(role=""),
                name="quota_once_a_role",
                violation_error_message="There is a quota for this role already: change that one.",
            ),
        ]

    def __str__(self) -> str:
        return f"quota of {self.group or self.role}"

    @property
    def subject(self) -> str:
        """Whom it is for, in a word that is no other quota's."""
        return self.role or f"group {self.group_id}"
