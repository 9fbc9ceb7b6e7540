"""`manage.py model_add FOLDER`: register a diffusers folder of safetensors."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aria_site.kernel.problems import Problem
from generation import pool_report
from generation.engine.contract import EngineError
from generation.services import model_make_default, model_register


class Command(BaseCommand):
    """Look at everything in the folder, hash it once in full, and register it."""

    help = "Register a model: a diffusers folder of safetensors. Its files are hashed, and checked before each load."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, and what to call the model."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--name", default="", help="short name; the folder's when left out")
        parser.add_argument("--title", default="", help="what people read; the model's own when left out")
        parser.add_argument("--licence", default="", help="for example CC0-1.0")
        parser.add_argument("--default", action="store_true", help="paint with it when nobody names a model")
        parser.add_argument("--replace", action="store_true", help="take the place of the model of that name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Register it and say under which name."""
        names = ("folder", "name", "title", "licence", "replace")
        try:
            model = model_register(**{name: options[name] for name in names})
        except (EngineError, Problem) as error:
            raise CommandError(str(error)) from error
        if options["default"]:
            model_make_default(model=model)
        self.stdout.write(f"{model.name} is registered: revision {model.revision}, SHA-256 {model.sha256}.")
        self.stdout.write(f"It will need about {pool_report.estimate_text(model)}.")
