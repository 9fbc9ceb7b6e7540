"""What the ledger holds already is summed up by person and day."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from datetime import time as clock

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone


def sum_up(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Share a line over midnight out by how much of it lies on each side."""
    days: dict[tuple[int, date], list[float]] = defaultdict(list)
    lines = apps.get_model("generation", "GpuTime").objects.filter(ended_at__isnull=False, owner__isnull=False)
    for owner, began, ended, seconds in lines.values_list("owner", "started_at", "ended_at", "seconds"):
        for day, share in _shares(began, ended):
            days[owner, day].append(seconds * share)
    GpuDay = apps.get_model("generation", "GpuDay")
    GpuDay.objects.bulk_create(
        GpuDay(owner_id=owner, day=day, seconds=sum(shares), leases=len(shares))
        for (owner, day), shares in days.items()
    )


def _shares(began: datetime, ended: datetime) -> list[tuple[date, float]]:
    shares, at = [], began
    while at < ended:
        day = at.astimezone(timezone.get_default_timezone()).date()
        midnight = datetime.combine(day + timedelta(days=1), clock.min, tzinfo=timezone.get_default_timezone())
        until = min(ended, midnight.astimezone(began.tzinfo))
        shares.append((day, (until - at) / (ended - began)))
        at = until
    return shares


class Migration(migrations.Migration):
    dependencies = [("generation", "0009_quotas")]
    operations = [migrations.RunPython(sum_up, migrations.RunPython.noop)]
