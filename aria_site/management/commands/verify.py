"""`manage.py verify`: do rows and files still belong together, or is a backup still whole?"""

import json
import sys
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aria_site.backup.checking import backup_damage
from aria_site.backup.errors import BackupError
from aria_site.backup.folders import backup_named
from aria_site.backup.progress import Tell, progress_bar
from aria_site.backup.verifying import Verification, files_verify
from aria_site.backup.wording import counted

SHOWN = 50
"""Lines a person reads; programs get them all."""


class Command(BaseCommand):
    help = (
        "Find missing, corrupt, orphaned and wrong-sized files. Changes nothing; ends with 1 where it finds something."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How thoroughly, and what."""
        parser.add_argument("--quick", action="store_true", help="look at sizes alone and open no file")
        parser.add_argument("--backup", metavar="BACKUP", help="check the files of a backup instead: a name or latest")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        with progress_bar(quiet=options["json"]) as tell:
            document, lines = self._backup(options, tell) if options["backup"] else self._studio(options, tell)
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(lines))
        if not document["ok"]:
            sys.exit(1)

    def _studio(self, options: dict[str, Any], tell: Tell) -> tuple[dict[str, Any], list[str]]:
        found = files_verify(quick=options["quick"], tell=tell)
        document = {
            "ok": not found.findings,
            "rows": found.rows,
            "files": found.files,
            "findings": [asdict(finding) for finding in found.findings],
        }
        return document, _lines(found)

    def _backup(self, options: dict[str, Any], tell: Tell) -> tuple[dict[str, Any], list[str]]:
        try:
            backup = backup_named(options["backup"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        damaged = backup_damage(backup, tell)
        name, count = backup.folder.name, len(backup.manifest.files)
        document = {"ok": not damaged, "backup": name, "files": count, "damaged": damaged}
        if not damaged:
            return document, [f"The backup {name} is whole: {counted(count, 'file')}."]
        lines = [f"damaged  {file}" for file in damaged[:SHOWN]]
        return document, [*lines, f"The backup {name} is damaged: {len(damaged)} of {counted(count, 'file')}."]


def _lines(found: Verification) -> list[str]:
    """One line a finding, and a sum at the end."""
    looked = f"{counted(found.rows, 'row')} and {counted(found.files, 'file')}"
    if not found.findings:
        return [f"All is well: {looked}."]
    lines = [_line(finding.trouble, finding.name, finding.belongs_to, finding.sentence) for finding in found.findings]
    more = [f"… and {len(lines) - SHOWN} more: see --json."] if len(lines) > SHOWN else []
    kinds = Counter(finding.trouble for finding in found.findings)
    summary = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return [*lines[:SHOWN], *more, f"{counted(len(lines), 'trouble')} in {looked}: {summary}."]


def _line(trouble: str, name: str, belongs_to: str, sentence: str) -> str:
    where = f"{name} ({belongs_to})" if belongs_to else name
    return f"{trouble:<10}  {where}: {sentence}" if where else f"{trouble:<10}  {sentence}"
