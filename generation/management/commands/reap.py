"""`manage.py reap`: one pass of the reaper, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from generation.services import LeaseWatch, jobs_reap_by_hand


class Command(BaseCommand):
    """Take back what dead workers hold and sweep what they left."""

    help = "Take back jobs whose worker died, ring for what waits, and sweep stale checkpoints and stray files."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once and say what was done."""
        report = jobs_reap_by_hand(LeaseWatch())
        self.stdout.write(
            f"{report.requeued} jobs taken back, {report.checkpoints_swept} stale checkpoints "
            f"and {report.files_swept} stray files removed."
        )
