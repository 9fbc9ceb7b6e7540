"""`manage.py reproduce ARTWORK`: paint an artwork again and tell how alike the two pictures are."""

import json
import sys
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from aria_site.kernel.problems import Problem
from gallery.models import Artwork
from generation.easel import job_see_through
from generation.models import Reproduction
from generation.services import job_cancel, reproduction_submit
from generation.verdicts import verdict_sentence

ALIKE = {Reproduction.Verdict.IDENTICAL, Reproduction.Verdict.WITHIN_TOLERANCE}


class Command(BaseCommand):
    """Wait for the verdict and print it; ends with 1 unless the pictures are alike."""

    help = "Paint an artwork again from its recipe and compare. Works with or without a running studio."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Which artwork."""
        parser.add_argument("artwork", type=UUID, help="id of the artwork, as in its address")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Paint, compare, tell."""
        call_command("migrate", verbosity=0)  # nobody may have started the studio yet
        artwork = Artwork.objects.select_related("owner", "persona").filter(pk=options["artwork"]).first()
        if artwork is None:
            raise CommandError(f"There is no artwork {options['artwork']}.")
        reproduction = self._see_through(artwork)
        sentence = verdict_sentence(reproduction)
        self.stdout.write(json.dumps(_report(reproduction, sentence)) if options["json"] else sentence)
        if reproduction.verdict not in ALIKE:
            sys.exit(1)

    def _see_through(self, artwork: Artwork) -> Reproduction:
        try:
            job = reproduction_submit(artwork=artwork, owner=artwork.owner)
        except Problem as problem:
            raise CommandError(str(problem)) from problem
        try:
            job = job_see_through(job, on_progress=lambda _: None)
        except KeyboardInterrupt:
            job_cancel(job=job)
            raise CommandError("Cancelled.", returncode=130) from None
        return Reproduction.objects.select_related("job").get(job=job)


def _report(reproduction: Reproduction, sentence: str) -> dict[str, Any]:
    names = ("verdict", "psnr", "largest_difference", "differing", "before", "now", "facts")
    return {"artwork": str(reproduction.artwork_id), "job": str(reproduction.job_id), "summary": sentence} | {
        name: getattr(reproduction, name) for name in names
    }
