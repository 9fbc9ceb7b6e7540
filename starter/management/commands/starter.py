"""`manage.py starter data | train | judge | export`: the starter's own command line under Django's name."""

import sys
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Hands every argument on; `python -m starter` does the same without Django."""

    help = "Draw data for the starter model, train, judge and export it."
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        from starter.commands import main

        sys.exit(main(argv[2:]))

    def handle(self, *args: Any, **options: Any) -> None:
        from starter.commands import main

        main([str(argument) for argument in args])
