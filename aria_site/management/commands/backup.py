"""`manage.py backup`: take a backup now, whether Aria runs or not, or list those that are there."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from aria_site.backup.errors import BackupError
from aria_site.backup.folders import backups_all
from aria_site.backup.media import media_is_local
from aria_site.backup.progress import progress_bar
from aria_site.backup.taking import TakenBackup, backup_take
from aria_site.backup.wording import backup_document, backup_line, contents, counted


class Command(BaseCommand):
    help = (
        "Back up the database, the pictures and the secret key, also while Aria works. Such a backup is never pruned."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take or list; for people or for programs."""
        parser.add_argument("--list", action="store_true", help="show the backups that are there, and take none")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list(as_json=options["json"])
            return
        try:
            with progress_bar(quiet=options["json"]) as tell:
                taken = backup_take(tell=tell)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self._tell(taken, as_json=options["json"])

    def _list(self, *, as_json: bool) -> None:
        backups = backups_all()
        if as_json:
            self.stdout.write(json.dumps({"backups": [backup_document(backup) for backup in backups]}))
            return
        if not backups:
            self.stdout.write(f"There is no backup in {settings.BACKUP_DIR}.")
        for backup in backups:
            self.stdout.write(backup_line(backup))

    def _tell(self, taken: TakenBackup, *, as_json: bool) -> None:
        backup, manifest = taken.backup, taken.backup.manifest
        if as_json:
            document = {**backup_document(backup), "copied": taken.copied, "linked": taken.linked}
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        self.stdout.write(f"Backed up to {backup.folder}: {contents(manifest)}.")
        self.stdout.write(f"{counted(taken.copied, 'file')} copied, {taken.linked} shared with the backup before.")
        if not media_is_local():
            self.stdout.write("Pictures lie in storage of their own and are not in it: back them up there.")
        if manifest.missing or manifest.damaged:
            self.stderr.write(
                f"{counted(len(manifest.missing), 'file')} of rows missing and {len(manifest.damaged)} damaged "
                "already: see `manage.py verify`."
            )
