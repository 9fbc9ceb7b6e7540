"""`manage.py sweep_pictures`: one sweep of the pictures that paintings start from, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from generation.services import pictures_sweep


class Command(BaseCommand):
    """Remove pictures that no recipe speaks of."""

    help = "Remove brought pictures that no recipe names and nobody has used for a day, and files without a row."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once and say what was done."""
        report = pictures_sweep()
        self.stdout.write(f"{report.rows} unused pictures and {report.files} files of pictures removed.")
