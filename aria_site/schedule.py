"""The schedule of beat, which a clock that is set back does not stop."""

from datetime import datetime

from celery.schedules import schedstate
from django.utils import timezone
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry


class SteadyEntry(ModelEntry):
    """A row of the schedule. What ran at a time that is still to come ran just now, as far as anybody can tell."""

    last_run_at: datetime

    def is_due(self) -> schedstate:
        """Whether it is time, and when to look again."""
        now = timezone.now()
        self.last_run_at = min(self.last_run_at, now)
        return super().is_due()


class SteadyScheduler(DatabaseScheduler):
    """The schedule in the database. Without this, the reaper would rest for as long as the clock was set back."""

    Entry = SteadyEntry
