"""The schedule of beat goes on when the clock of the machine is set back."""

from datetime import timedelta

import pytest
import time_machine
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from aria_site.celery import app
from aria_site.schedule import SteadyEntry
from tests.support.rows import NOON


@pytest.fixture
def row(db: None) -> PeriodicTask:
    """Something to be done every five seconds, done just now."""
    every = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.SECONDS)
    return PeriodicTask.objects.create(name="reap", task="generation.reap", interval=every, last_run_at=NOON)


def test_what_ran_before_the_clock_was_set_back_is_due_again_after_its_interval(row: PeriodicTask) -> None:
    with time_machine.travel(NOON - timedelta(minutes=10), tick=False) as clock:
        entry = SteadyEntry(row, app=app)

        first = entry.is_due()
        clock.shift(5)
        second = entry.is_due()

    assert (first.is_due, round(first.next), second.is_due) == (False, 5, True)


def test_nothing_changes_where_the_clock_goes_on(row: PeriodicTask) -> None:
    with time_machine.travel(NOON + timedelta(seconds=3), tick=False):
        due = SteadyEntry(row, app=app).is_due()

    assert (due.is_due, round(due.next)) == (False, 2)
