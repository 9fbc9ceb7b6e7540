"""`manage.py paint PROMPT`: paint from the command line, with or without a running studio."""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from aria_site.accounts.models import User
from aria_site.accounts.services import owner_ensure
from aria_site.kernel.problems import InvalidInputError
from gallery.models import Artwork
from generation.easel import job_see_through
from generation.models import Job
from generation.picture_intake import PictureKind
from generation.selectors import job_artworks
from generation.services import job_cancel, job_submit, picture_store
from generation.specs import JobSpec

PLAIN_OPTIONS = (
    "prompt", "negative", "model", "persona", "steps", "guidance", "sampler", "seed", "count", "guide", "strength",
)  # fmt: skip
"""What a job is given as it was typed."""


class Command(BaseCommand):
    """Submit one job, show how far it is, and print where the pictures lie."""

    help = "Paint a prompt and print the files. Works with or without a running studio."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The same fields as `POST /api/v1/jobs`, and where the copies go."""
        parser.add_argument("prompt")
        parser.add_argument("--negative", default="", help="what the picture shall not show")
        parser.add_argument("--model", help="name of a registered model")
        parser.add_argument("--persona", help="slug of the persona that paints")
        parser.add_argument("--size", type=size, metavar="WxH", help="for example 256x256")
        parser.add_argument("--steps", type=int)
        parser.add_argument("--guidance", type=float, help="guidance scale")
        parser.add_argument("--sampler")
        parser.add_argument("--seed", type=int, help="seed of the first picture; -1 or left out: a fresh one")
        parser.add_argument("--count", type=int, default=1, help="how many pictures")
        parser.add_argument("--guide", type=float, help="composition: noise level over the sketch, 1 for none")
        parser.add_argument("--source", metavar="PICTURE", help="paint over it: a file, or the id of an artwork")
        parser.add_argument("--mask", metavar="PICTURE", help="repaint only what is white in it: a file")
        parser.add_argument("--strength", type=float, help="how much of the source is repainted, above 0 and at most 1")
        parser.add_argument("--out", type=Path, metavar="FOLDER", help="copy the pictures there as well")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Paint; ends with an error unless every picture was stored."""
        call_command("migrate", verbosity=0)  # nobody may have started the studio yet
        job = self._submit(options)
        try:
            job = self._see_through(job, quiet=options["json"])
        except KeyboardInterrupt:
            job_cancel(job=job)
            raise CommandError("Cancelled. Nothing was stored.", returncode=130) from None
        files = _files_of(job, options["out"])
        self._tell(job, files, as_json=options["json"])
        if len(files) != job.count:
            sys.exit(1)

    def _submit(self, options: dict[str, Any]) -> Job:
        width, height = options["size"] or (None, None)
        plain = {name: options[name] for name in PLAIN_OPTIONS}
        owner = owner_ensure()
        source = _picture(owner, options["source"], PictureKind.PICTURE)
        mask = _picture(owner, options["mask"], PictureKind.MASK)
        spec = JobSpec(width=width, height=height, source=source, mask=mask, **plain)
        try:
            return job_submit(owner=owner, spec=spec)
        except InvalidInputError as error:
            raise CommandError("\n".join(f"{name}: {sentence}" for name, sentence in error.errors.items())) from None

    def _see_through(self, job: Job, *, quiet: bool) -> Job:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        console = Console(file=sys.stderr, quiet=quiet)
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            bar = progress.add_task("waiting", total=1.0)

            def show(job: Job) -> None:
                progress.update(bar, completed=job.progress, description=job.stage or job.state)

            return job_see_through(job, on_progress=show)

    def _tell(self, job: Job, files: list[Path], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_report(job, files), ensure_ascii=False))
            return
        for path in files:
            self.stdout.write(str(path))
        if job.error:
            self.stderr.write(job.error)


def size(text: str) -> tuple[int, int]:
    """Read `256x192` as width and height."""
    try:
        width, height = (int(side) for side in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no size; write it as 256x256") from None
    return width, height


def _picture(owner: User, name: str | None, kind: PictureKind) -> str | None:
    """What a job calls a picture: that of a file, which is brought first, or the name as it was typed.

    Raises CommandError where the file is no picture.
    """
    if name is None or not Path(name).is_file():
        return name
    try:
        return picture_store(owner=owner, data=Path(name).read_bytes(), kind=kind).sha256
    except InvalidInputError as error:
        raise CommandError(f"{name}: {' '.join(error.errors.values())}") from None


def _files_of(job: Job, out: Path | None) -> list[Path]:
    """Where the pictures of the job lie; with `out`, copies named after seed and job."""
    works = job_artworks(job)
    masters = [Path(default_storage.path(work.file)) for work in works]
    if out is None:
        return masters
    out.mkdir(parents=True, exist_ok=True)
    return [_copy(work, master, out) for work, master in zip(works, masters, strict=True)]


def _copy(work: Artwork, master: Path, out: Path) -> Path:
    target = out / f"{work.recipe.seed}-{work.pk.hex[:8]}.png"
    shutil.copyfile(master, target)
    return target


def _report(job: Job, files: list[Path]) -> dict[str, Any]:
    works = job_artworks(job)
    return {
        "job": str(job.pk),
        "status": job.state,
        "error": job.error or None,
        "recipe": job.recipe_data,
        "artworks": [
            {"id": str(work.pk), "seed": work.recipe.seed, "file": str(path), "sha256": work.sha256}
            for work, path in zip(works, files, strict=True)
        ],
    }
