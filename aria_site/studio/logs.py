"""The log files of the children: kept small, and watched for what a person should see."""

import re
import shutil
from pathlib import Path

LARGEST_LOG = 10 * 1024 * 1024
LONGEST_LINE = 300
TROUBLE = re.compile(r"\blevel=(?:warning|error|critical)\b")


class ChildLog:
    """One child's log. The child appends to it by itself, so its words are kept even when the supervisor is killed."""

    def __init__(self, path: Path, *, largest: int = LARGEST_LOG) -> None:
        self.path = path
        self._largest = largest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._rotate_if_large()
        self._position = path.stat().st_size

    def new_trouble(self) -> list[str]:
        """Warnings and errors written since the last call; whole lines only."""
        with self.path.open("rb") as stream:
            stream.seek(self._position)
            text = stream.read()
        complete = text[: text.rfind(b"\n") + 1]
        self._position += len(complete)
        self._rotate_if_large()
        return [shortened(line) for line in complete.decode(errors="replace").splitlines() if TROUBLE.search(line)]

    def last_lines(self, count: int = 5) -> list[str]:
        """The newest lines that say something: why a child died stands there."""
        with self.path.open("rb") as stream:
            stream.seek(max(0, self.path.stat().st_size - 8192))
            lines = stream.read().decode(errors="replace").splitlines()
        return [shortened(line) for line in lines if line.strip()][-count:]

    def _rotate_if_large(self) -> None:
        """Keep one older log. The file is copied and emptied, as its child holds it open for appending."""
        if self.path.stat().st_size <= self._largest:
            return
        shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
        with self.path.open("r+b") as stream:
            stream.truncate()
        self._position = 0


def shortened(line: str) -> str:
    """A line for the terminal: without its stack of calls, which is in the log."""
    words = line.split(" exception=", 1)[0]
    return words if len(words) <= LONGEST_LINE else f"{words[:LONGEST_LINE]}…"
