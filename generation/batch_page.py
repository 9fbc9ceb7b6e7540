"""What pages show of batches: the sheet of one with its axes, the list of all, and their lines in the queue strip."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from aria_site.accounts.models import User
from gallery.labels import file_url
from gallery.models import Artwork
from generation.batches import (
    BatchState,
    batch_jobs,
    batch_state,
    batch_states,
    batches_page,
    faces_of,
    first_works,
)
from generation.frames import frame_uri
from generation.models import Batch, Job
from generation.selectors import workers_alive

BATCHES_SHOWN = 24
FACES_SHOWN = 6
KINDS = {"list": "A list of {}", "grid": "A grid of {}", "matrix": "{} combinations"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One job of a batch on the sheet."""

    job: Job
    work: Artwork | None
    """Its first picture, once it hangs."""
    src: str
    frame: str
    """What it looks like while it is painted."""

    @property
    def more(self) -> int:
        """How many pictures there are behind the first one."""
        return self.job.count - 1 if self.work else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the sheet; a job that was removed leaves its place empty."""

    label: str
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Every job of a batch in its place: in rows and columns where something varies along them, else one by one."""

    cells: list[Cell]
    rows: list[Row]

    @property
    def stamp(self) -> str:
        """What is on the sheet, in a word: a page that shows this stamp shows this sheet."""
        seen = [(str(cell.job.pk), cell.job.state, cell.job.progress, cell.src, cell.frame) for cell in self.cells]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]

    @property
    def faults(self) -> list[tuple[str, int]]:
        """Each reason for which jobs failed, with how many it were."""
        failed = (cell.job for cell in self.cells if cell.job.state == Job.State.FAILED)
        return Counter(job.error or "The painting ended without a reason." for job in failed).most_common()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """One batch as a line: in the list of all, or in the queue strip."""

    batch: Batch
    state: BatchState
    faces: list[str] = field(default_factory=list)
    """Addresses of its first pictures, by which people know it."""

    @property
    def kind(self) -> str:
        """What was ordered: "A grid of 12"."""
        return KINDS[self.batch.kind].format(self.state.total)

    @property
    def told(self) -> str:
        """How far it is: "3 of 12 painted, 1 on the easel, 8 waiting"."""
        counts = {
            "on the easel": self.state.running,
            "waiting": self.state.queued,
            "failed": self.state.failed,
            "stopped": self.state.cancelled,
        }
        others = [f"{number} {word}" for word, number in counts.items() if number]
        return ", ".join([f"{self.state.succeeded} of {self.state.total} painted", *others])


def batch_shown(batch: Batch) -> dict[str, Any]:
    """The page of one batch."""
    state = batch_state(batch)
    sheet = _sheet(batch)
    return {
        "batch": batch,
        "state": state,
        "line": BatchLine(batch=batch, state=state),
        "sheet": sheet,
        "prompt": sheet.cells[0].job.prompt if sheet.cells else "",
        "nobody_paints": bool(state.open) and not workers_alive().exists(),
    }


def batches_shown(user: User, *, after: str | None) -> dict[str, Any]:
    """A page of a person's batches. Raises InvalidInputError when `after` is no cursor."""
    page = batches_page(user, after=after, limit=BATCHES_SHOWN)
    states, faces = batch_states(page.items), faces_of(page.items, most=FACES_SHOWN)
    lines = [
        BatchLine(batch=one, state=states[one.pk], faces=[_small(work) for work in faces[one.pk]]) for one in page.items
    ]
    return {"lines": lines, "next": page.next}


def batches_waiting(jobs: Iterable[Job]) -> dict[UUID | None, BatchLine]:
    """A line for each batch that these unfinished jobs belong to; jobs of none find none."""
    wanted = {job.batch_id for job in jobs if job.batch_id is not None}
    if not wanted:
        return {}
    found = Batch.objects.in_bulk(list(wanted))
    states = batch_states(list(found.values()))
    return {key: BatchLine(batch=batch, state=states[key]) for key, batch in found.items()}


def _sheet(batch: Batch) -> Sheet:
    cells = _cells(batch_jobs(batch))
    if not batch.axes:
        return Sheet(cells=cells, rows=[])
    places = {cell.job.batch_index: cell for cell in cells}
    across = len(batch.axes["x"]["values"])
    down = batch.axes.get("y", {"values": [""]})["values"]
    rows = [
        Row(label=label, cells=[places.get(row * across + column) for column in range(across)])
        for row, label in enumerate(down)
    ]
    return Sheet(cells=cells, rows=rows)


def _cells(jobs: QuerySet[Job]) -> list[Cell]:
    found = list(jobs)
    works = first_works(found)
    return [_cell(job, works.get(job.pk)) for job in found]


def _cell(job: Job, work: Artwork | None) -> Cell:
    return Cell(job=job, work=work, src=_small(work) if work else "", frame=frame_uri(job))


def _small(work: Artwork) -> str:
    """The address of the work's smallest picture."""
    thumbnails = sorted((int(width), name) for width, name in work.thumbnails.items())
    return file_url(thumbnails[0][1] if thumbnails else work.file)
