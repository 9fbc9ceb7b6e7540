"""`manage.py reap`: one pass of the reaper, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from generation.services import jobs_reap


class Command(BaseCommand):
    """Take back what dead workers hold and sweep what they left."""

    help = "Take back jobs whose worker died, and sweep stale checkpoints."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once and say what was done."""
        report = jobs_reap()
        self.stdout.write(f"{report.requeued} jobs taken back, {report.checkpoints_swept} stale checkpoints removed.")
