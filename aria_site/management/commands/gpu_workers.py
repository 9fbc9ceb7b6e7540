"""`manage.py gpu_workers`: a GPU worker for each device of this machine, kept running until Ctrl-C."""

from typing import Any

from django.core.management.base import CommandParser

from aria_site.studio.devices import devices_named, devices_wanted
from aria_site.studio.foreground import ForegroundCommand
from aria_site.studio.workers import command_lines, workers_run


class Command(ForegroundCommand):
    help = "Start a GPU worker for each device of this machine, or one for the processor, and keep them running."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which devices, and whether it is meant."""
        parser.add_argument(
            "--devices",
            type=lambda text: [name.strip() for name in text.split(",") if name.strip()],
            metavar="cuda:0,cuda:2",
            help="these alone; cpu may be named several times",
        )
        parser.add_argument("--dry-run", action="store_true", help="print the command lines and start nothing")

    def run(self, **options: Any) -> None:
        devices = devices_named(options["devices"]) if options["devices"] else devices_wanted()
        if options["dry_run"]:
            self.stdout.write("\n".join(command_lines(devices)))
        else:
            workers_run(devices, say=self.say)
