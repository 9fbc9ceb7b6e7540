"""`manage.py restore BACKUP`: bring a backup back, as a whole or not at all."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aria_site.backup.errors import BackupError
from aria_site.backup.progress import progress_bar
from aria_site.backup.restoring import RestoreReport, backup_restore
from aria_site.backup.wording import backup_document, contents


class Command(BaseCommand):
    help = "Restore a backup: all of it, or nothing. Aria must be stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one, and what may go for it."""
        parser.add_argument("backup", help="its name as `backup --list` shows it, the path of its folder, or latest")
        parser.add_argument("--replace", action="store_true", help="put it in place of what is there now")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with progress_bar(quiet=options["json"]) as tell:
                report = backup_restore(options["backup"], replace=options["replace"], tell=tell)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self._tell(report, as_json=options["json"])

    def _tell(self, report: RestoreReport, *, as_json: bool) -> None:
        backup, kept = report.backup, report.kept
        if as_json:
            document = {
                **backup_document(backup),
                "kept": str(kept.folder) if kept else None,
                "same_secret_key": not report.other_key,
            }
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        self.stdout.write(f"Restored {backup.folder.name}: {contents(backup.manifest)}.")
        if kept:
            self.stdout.write(f"What was here before is kept: `manage.py restore {kept.folder.name} --replace`.")
        if report.other_key:
            self.stdout.write("The secret key is another one than then: people sign in anew, and API keys are dead.")
            self.stdout.write("Set ARIA_SECRET_KEY to the old key if you still have it.")
