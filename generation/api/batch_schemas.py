"""What programs send to have a batch painted, and what they read about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.urls import reverse
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from gallery.models import Artwork
from generation import limits
from generation.api.schemas import WITHOUT_CONTROL_CHARACTERS, JobIn, JobOut, JobStatus
from generation.axes import LABELS
from generation.batch_specs import AxisAsk, AxisValue, BatchKind, BatchSpec
from generation.batches import BatchState
from generation.models import Batch, Job
from generation.services import outlooks_of

RetryStatus = Literal["failed", "cancelled"]
AxisField = Literal["prompt", "seed", "steps", "guidance", "sampler", "model", "guide", "strength", "size"]


def number_or_text(value: Any) -> AxisValue:
    """A value as it was sent. One validator, since those of a union would each tell a fault of their own."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise PydanticCustomError("number_or_text", "neither a number nor text")
    sent: AxisValue = value
    return sent


Value = Annotated[
    Any,
    PlainValidator(number_or_text),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "minLength": 1, "maxLength": limits.MAX_PROMPT}]}),
]

EXAMPLE: dict[str, Any] = {
    "kind": "grid",
    "recipe": {"prompt": "a lighthouse at dusk", "seed": 7},
    "x": {"field": "prompt", "values": ["dusk", "dawn", "night"]},
    "y": {"field": "guidance", "values": [3, 5, 7]},
}


class AxisIn(BaseModel):
    """One side of a grid: a field of the recipe, and the values it takes from column to column or row to row."""

    model_config = ConfigDict(extra="forbid", strict=True)

    field: AxisField = Field(
        description="`prompt` searches and replaces: the first value is searched for in the prompt of the recipe, and "
        "each value in turn stands in its place. `size` takes values as in `512x768`.",
    )
    values: Annotated[list[Value], Field(min_length=1, max_length=limits.MAX_BATCH)] = Field(
        description="Numbers or text, as the field takes them. A seed of -1 is a fresh one.", examples=[[4, 8, 12]]
    )

    def to_ask(self) -> AxisAsk:
        """The axis as the service takes it."""
        return AxisAsk(field=self.field, values=tuple(self.values))


class BatchIn(BaseModel):
    """Up to 64 jobs at once: a list of `recipes`, or one `recipe` that a grid or a matrix varies."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [EXAMPLE]})

    kind: BatchKind = Field(
        description="`list` takes `recipes`. `grid` takes `recipe` and `x`, and `y` unless it has one row. `matrix` "
        "takes `recipe`, whose prompt has optional parts behind bars: `a harbour | fog | night` is painted with every "
        "combination of them. `\\|` is a bar that parts nothing, `\\\\` a backslash.",
    )
    title: Annotated[
        str, Field(max_length=limits.MAX_BATCH_TITLE, json_schema_extra={"pattern": WITHOUT_CONTROL_CHARACTERS})
    ] = Field("", description="What it is called; the beginning of the first prompt when left out.")
    recipes: Annotated[list[JobIn], Field(max_length=limits.MAX_BATCH)] = Field(
        [], description="The jobs of a list, in their order."
    )
    recipe: JobIn | None = Field(
        None, description="What is varied. Without a seed, one fresh seed is chosen for all of its jobs."
    )
    x: AxisIn | None = Field(None, description="What varies from column to column.")
    y: AxisIn | None = Field(None, description="What varies from row to row.")

    def to_spec(self) -> BatchSpec:
        """The request as the service takes it."""
        return BatchSpec(
            kind=self.kind,
            title=self.title,
            recipes=tuple(recipe.to_spec() for recipe in self.recipes),
            recipe=self.recipe.to_spec() if self.recipe else None,
            x=self.x.to_ask() if self.x else None,
            y=self.y.to_ask() if self.y else None,
        )


class AxisOut(BaseModel):
    """What varies along one side of a grid or a matrix."""

    field: AxisField
    label: str = Field(description="What people call the field.", examples=[LABELS["steps"]])
    values: list[str] = Field(description="The names of the columns or rows.", examples=[["4", "8", "12"]])


class AxesOut(BaseModel):
    """Both sides. Job `i` stands in column `i % columns` and row `i // columns`."""

    x: AxisOut
    y: AxisOut | None = None


class CountsOut(BaseModel):
    """How many jobs are in which state."""

    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int


class BatchLinks(BaseModel):
    """Where this batch is, and what can be done with it now."""

    self: str = Field(examples=["/api/v1/batches/7d1f9c52-6a3f-4b52-8a0a-2f0d6f1f6c3e"])
    page: str = Field(description="Its page in the studio.")
    cancel: str | None = Field(description="POST here to stop all of it; null when it is over.")
    retry: str | None = Field(description="POST here to queue its failed jobs again; null where none failed.")


class BatchLineOut(BaseModel):
    """A batch and how far it is."""

    id: UUID
    kind: BatchKind
    title: str
    status: JobStatus = Field(
        description="`queued` until the first job begins, then `running` until all are over. Then `failed` where any "
        "failed, else `cancelled` where any was cancelled, else `succeeded`."
    )
    progress: float = Field(ge=0, le=1, description="Share of all that is done.", examples=[0.4])
    total: int = Field(description="How many jobs it has.", examples=[9])
    counts: CountsOut
    axes: AxesOut | None = Field(description="What varies; null for a list.")
    created_at: datetime
    links: BatchLinks

    @classmethod
    def of(cls, batch: Batch, state: BatchState) -> "BatchLineOut":
        """The batch as a line of a list."""
        return cls(**_line(batch, state))


class BatchOut(BatchLineOut):
    """A batch with all its jobs."""

    jobs: list[JobOut] = Field(
        description="In the order asked for: of a grid or a matrix row by row, and in a row column by column."
    )

    @classmethod
    def whole(
        cls, batch: Batch, state: BatchState, *, jobs: Sequence[Job], artworks: Mapping[UUID, list[Artwork]]
    ) -> "BatchOut":
        """The batch as its owner's programs see it."""
        outlooks = outlooks_of(jobs)
        told = [JobOut.of(job, artworks[job.pk], outlooks.get(job.pk)) for job in jobs]
        return cls(**_line(batch, state), jobs=told)


class BatchPageOut(BaseModel):
    """One page of your batches, newest first."""

    items: list[BatchLineOut]
    next: str | None = Field(description="Send it as `after` for the page behind; null at the end.")


def _line(batch: Batch, state: BatchState) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "kind": batch.kind,
        "title": batch.title,
        "status": state.status,
        "progress": round(state.progress, 4),
        "total": state.total,
        "counts": CountsOut(**{name: getattr(state, name) for name in CountsOut.model_fields}),
        "axes": AxesOut(**batch.axes) if batch.axes else None,
        "created_at": batch.created_at,
        "links": BatchLinks(
            self=reverse("api:batch", args=[batch.pk]),
            page=batch.get_absolute_url(),
            cancel=reverse("api:batch-cancel", args=[batch.pk]) if state.open else None,
            retry=reverse("api:batch-retry", args=[batch.pk]) if state.failed else None,
        ),
    }
