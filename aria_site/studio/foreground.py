"""Commands that run in the foreground until Ctrl-C, and say in one sentence why they could not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from aria_site.studio.preparation import NotReadyError


class ForegroundCommand(BaseCommand):
    """A management command that supervises processes; what it does is `run`."""

    def run(self, **options: Any) -> None:
        """Do it, until Ctrl-C. May raise NotReadyError."""
        raise NotImplementedError

    def handle(self, **options: Any) -> None:
        """Run, and leave with the reason, or as a shell expects of what was interrupted."""
        try:
            self.run(**options)
        except NotReadyError as reason:
            sys.exit(str(reason))
        except KeyboardInterrupt:
            sys.exit(130)

    def say(self, line: str) -> None:
        """Write a line that is read at once, also from a pipe."""
        self.stdout.write(line)
        self.stdout.flush()
