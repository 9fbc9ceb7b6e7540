"""`manage.py studio`: start Aria and keep her running until Ctrl-C."""

import sys

from django.core.management.base import BaseCommand

from aria_site.studio.opening import Studio
from aria_site.studio.preparation import NotReadyError


class Command(BaseCommand):
    help = "Start Aria: the site, her workers and their Valkey, until Ctrl-C."

    def handle(self, **_: object) -> None:
        try:
            Studio(say=self._say).run()
        except NotReadyError as reason:
            sys.exit(str(reason))
        except KeyboardInterrupt:
            sys.exit(130)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
