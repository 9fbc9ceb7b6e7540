"""`manage.py studio`: start Aria and keep her running until Ctrl-C."""

from typing import Any

from aria_site.studio.foreground import ForegroundCommand
from aria_site.studio.opening import Studio


class Command(ForegroundCommand):
    help = "Start Aria: the site, her workers and their Valkey, until Ctrl-C."

    def run(self, **_: Any) -> None:
        Studio(say=self.say).run()
