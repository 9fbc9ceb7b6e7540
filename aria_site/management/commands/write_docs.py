"""`manage.py write_docs`: write .env.example and docs/configuration.md anew from the code that reads the variables."""

from django.core.management.base import BaseCommand

from aria_site.environment import PROJECT_DIR
from aria_site.environment_docs import documents


class Command(BaseCommand):
    help = "Write .env.example and docs/configuration.md anew."

    def handle(self, **_: object) -> None:
        for path, text in documents().items():
            path.write_text(text)
            self.stdout.write(f"wrote {path.relative_to(PROJECT_DIR)}")
