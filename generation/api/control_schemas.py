"""What programs send to look after what waits, and what they read about the queue."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from generation.api.schemas import WITHOUT_CONTROL_CHARACTERS, Priority
from generation.models import QueuePause
from generation.services.queue_switch import REASON_LENGTH
from generation.services.reordering import Place


class JobMoveIn(BaseModel):
    """Where a job shall stand among your waiting jobs of the same priority. Exactly one of these is sent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"to": "front"}]})

    to: Place | None = Field(None, description="An end of the line, or one place up or down.")
    before: UUID | None = Field(None, description="Another waiting job of the same person, with the same priority.")


class JobPriorityIn(BaseModel):
    """How urgent a job is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    priority: Priority = Field(description="A step is worth a minute of fair share; 0 is everybody's.", examples=[10])


class JobsChangedOut(BaseModel):
    """What was done to several jobs at once."""

    jobs: list[UUID] = Field(description="The jobs that were changed; those that were so already are left out.")


class QueuePauseIn(BaseModel):
    """Why nothing shall be painted. Everybody who waits reads it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Annotated[
        str, Field(max_length=REASON_LENGTH, json_schema_extra={"pattern": WITHOUT_CONTROL_CHARACTERS})
    ] = ""


class QueuePauseOut(BaseModel):
    """Who paused the whole queue, when and why."""

    by: str | None = Field(description="Null where that person is not here any more.")
    since: datetime
    reason: str = Field(description="Empty where none was given.")


class QueueOut(BaseModel):
    """Whether workers take jobs, and what you have in line."""

    paused: QueuePauseOut | None = Field(description="Null while workers take jobs.")
    line: list[UUID] = Field(
        description="Your unfinished jobs: what is being painted, then what waits, in order, paused or not."
    )

    @classmethod
    def of(cls, pause: QueuePause | None, line: Iterable[UUID]) -> "QueueOut":
        """The queue as one person's programs see it."""
        return cls(paused=_pause_out(pause) if pause else None, line=list(line))


def _pause_out(pause: QueuePause) -> QueuePauseOut:
    by = pause.paused_by.get_username() if pause.paused_by else None
    return QueuePauseOut(by=by, since=pause.paused_at, reason=pause.reason)
