"""`manage.py prune`: remove what is old, by hand."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from aria_site.backup.pruning import old_things_prune


class Command(BaseCommand):
    help = (
        "Remove logs, ended sign-ins, vanished workers and forgotten checkpoints that are older than ARIA_DAYS_KEPT, "
        "and lines of the GPU ledger that are older than ARIA_LEDGER_DAYS_KEPT."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """For people or for programs."""
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        report = asdict(old_things_prune())
        if options["json"]:
            self.stdout.write(json.dumps(report))
            return
        counts = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in report.items())
        self.stdout.write(f"Removed: {counts}.")
