"""How far a long piece of work is: told by services as plain numbers, drawn by commands as a bar."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Tell: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""


def tell_nobody(what: str, done: int, total: int) -> None:
    """For work that nobody watches."""


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Tell]:
    """A bar for each kind of work on standard error; none where it is no terminal."""
    console = Console(file=sys.stderr, quiet=quiet or not sys.stderr.isatty())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bars = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what, total=total)
            progress.update(bars[what], completed=done, total=total)

        yield tell
