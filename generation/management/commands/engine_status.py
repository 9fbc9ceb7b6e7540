"""`manage.py engine_status`: which models the workers hold, where, how big, since when, and which had to leave."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.table import Table

from generation import pool_report
from generation.models import DiffusionModel, Worker
from generation.selectors import models_all, workers_alive

WIDE = 160
"""Columns where nobody's terminal says how many there are."""


class Command(BaseCommand):
    """Tell what the workers last reported; asks no worker anything."""

    help = "Show what the workers that are alive hold in memory, and what each model is likely to need."

    def add_arguments(self, parser: CommandParser) -> None:
        """For people or for programs."""
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        workers, models = list(workers_alive().order_by("name")), list(models_all())
        if options["json"]:
            document = {
                "workers": [pool_report.worker_document(worker) for worker in workers],
                "models": [pool_report.model_document(model) for model in models],
            }
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        if not workers:
            self.stdout.write("No worker is alive.")
        for worker in workers:
            self._tell_of_worker(worker)
        self._tell_of_models(models)

    def _tell_of_worker(self, worker: Worker) -> None:
        self.stdout.write(
            f"{worker.name} paints on {worker.device or 'nothing yet'}: {pool_report.budget_text(worker)}, "
            f"{worker.orders} under way, loads: {pool_report.loads_text(worker)}"
        )
        self._table(pool_report.RESIDENT_COLUMNS, pool_report.resident_rows(worker))
        if worker.evictions:
            self._table(pool_report.EVICTION_COLUMNS, pool_report.eviction_rows(worker))

    def _tell_of_models(self, models: Sequence[DiffusionModel]) -> None:
        rows = [(model.name, "yes" if model.preload else "no", pool_report.estimate_text(model)) for model in models]
        self._table(("registered", "preload", "will need about"), rows)

    def _table(self, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        table = Table(*columns, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*row)
        console = Console(width=None if self.stdout.isatty() else WIDE)
        with console.capture() as captured:
            console.print(table)
        self.stdout.write(captured.get())
