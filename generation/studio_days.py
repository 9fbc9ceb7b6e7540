"""The studio's days: from midnight to midnight in its time zone (ARIA_TIMEZONE)."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone


def day_of(moment: datetime) -> date:
    """The day of the studio that a moment falls on."""
    return moment.astimezone(timezone.get_default_timezone()).date()


def day_begins(day: date) -> datetime:
    """The midnight a day begins with, in UTC: differences are right on days that the clock is changed, too."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone()).astimezone(UTC)


def day_ends(moment: datetime) -> datetime:
    """The midnight that ends the day of a moment, in UTC."""
    return day_begins(day_of(moment) + timedelta(days=1))
