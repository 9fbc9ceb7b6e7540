"""Owns the starter's command line. Heavy libraries are imported only by what runs."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from starter.config import Config, config

PARTS = ("autoencoder", "decoder", "encoder", "painter", "judge")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    asked = _parser().parse_args(arguments)
    command: Callable[[Config, argparse.Namespace], None] = asked.command
    command(config(), asked)
    return 0


def data(settings: Config, asked: argparse.Namespace) -> None:
    """Draw the pictures that are missing, or encode them to latents."""
    from starter.training import runs

    runs.take(threads=asked.threads, low_priority=asked.low_priority)
    if asked.latents is not None:
        runs.encode_latents(settings, asked.latents)
    else:
        runs.draw_pictures(settings, first=asked.first, stride=asked.stride)


def train(settings: Config, asked: argparse.Namespace) -> None:
    """Train one part for so many minutes; it goes on where the last run stopped."""
    from starter.training import runs

    runs.take(threads=asked.threads, low_priority=asked.low_priority)
    terms = runs.Terms(
        minutes=asked.minutes,
        cool_down=asked.cool_down,
        threads=asked.threads,
        workers=asked.workers,
        afresh=asked.afresh,
    )
    runs.TRAININGS[asked.part](settings, terms)


def judge(settings: Config, asked: argparse.Namespace) -> None:
    """Judge the exported painter and print the figures."""
    from starter.judge.judging import judge_export
    from starter.training import runs

    runs.take(threads=asked.threads, low_priority=asked.low_priority)
    figures = judge_export(settings, prompts=asked.prompts)
    if asked.json:
        short = {path: figures[path] for path in ("default", "txt2img")}
        sys.stdout.write(json.dumps(short) + "\n")
        return
    from starter.model.card import figures_table

    sys.stdout.write(figures_table(figures) + "\n")


def sheet(settings: Config, asked: argparse.Namespace) -> None:
    """Paint forty prompts the default way, side by side, and tell how far apart pictures of other seeds are."""
    from starter.judge.contact_sheet import contact_sheet, distance_between_seeds
    from starter.training import runs

    runs.take(threads=asked.threads, low_priority=asked.low_priority)
    contact_sheet(settings, asked.out)
    sys.stdout.write(f"mean distance between seeds: {distance_between_seeds(settings):.3f}\n")


def export(settings: Config, asked: argparse.Namespace) -> None:
    """Write the folders that are committed."""
    from starter.training.exporting import export as export_folders

    for name, size in export_folders(settings, asked.version).items():
        sys.stdout.write(f"{name}: {size / 1e6:.2f} MB\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="starter", description="The starter model: data, training, judge, export.")
    commands = parser.add_subparsers(required=True)
    drawing = _command(commands, "data", data)
    drawing.add_argument("--first", type=int, default=0, help="the first picture to draw")
    drawing.add_argument("--stride", type=int, default=1, help="draw one in so many: processes share the work")
    drawing.add_argument("--latents", type=int, metavar="COUNT", help="encode at most so many drawn pictures instead")
    training = _command(commands, "train", train)
    training.add_argument("part", choices=PARTS)
    training.add_argument("--minutes", type=float, required=True)
    training.add_argument("--workers", type=int, default=1, help="processes that train the painter together")
    training.add_argument("--afresh", action="store_true", help="start an untrained painter, whatever is stored")
    training.add_argument("--cool-down", action="store_true", help="let the learning rate fall towards the end")
    judging = _command(commands, "judge", judge)
    judging.add_argument("--prompts", type=int, default=None, help="how many prompts (default: as configured)")
    judging.add_argument("--json", action="store_true")
    showing = _command(commands, "sheet", sheet)
    showing.add_argument("--out", type=Path, required=True, help="a WebP file")
    exporting = _command(commands, "export", export)
    exporting.add_argument("--version", required=True, help="the version written into the folder, such as 0.2")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Callable[[Config, argparse.Namespace], None],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=command.__doc__)
    parser.set_defaults(command=command)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--low-priority", action="store_true", help="step behind all other work of the machine")
    return parser
