"""`manage.py sweep`: one sweep of the media folder, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from gallery.sweeping import files_sweep


class Command(BaseCommand):
    """Remove old files that belong to no artwork."""

    help = "Remove unfinished files and files without an artwork that are older than an hour."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once and say what was done."""
        report = files_sweep()
        self.stdout.write(f"{report.unfinished} unfinished files and {report.orphans} without an artwork removed.")
