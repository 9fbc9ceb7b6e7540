"""Why something cannot be done to a job as it stands: one sentence for each."""

from typing import Literal

from aria_site.kernel.problems import ConflictError
from generation.models import Job

Action = Literal["pause", "resume", "move"]
Standing = Literal["waiting", "paused", "running", "over"]

_NOT_IN_LINE = "This job is being painted, so it does not stand in line any more."
_SENTENCES: dict[tuple[Action, Standing], str] = {
    ("pause", "paused"): "This job is paused already.",
    ("pause", "over"): "This job is over already, so there is nothing to pause.",
    ("resume", "waiting"): "This job is not paused: it waits for a worker.",
    ("resume", "running"): "This job is not paused: it is being painted.",
    ("resume", "over"): "This job is over, so there is nothing to resume.",
    ("move", "running"): _NOT_IN_LINE,
    ("move", "over"): "This job is over, so it does not stand in line any more.",
}
OTHER_LINE = (
    "Only waiting jobs of the same person and with the same priority can be put in an order, and one of these is not."
)
CHANGED = "This job was changed in the meantime. Look at it again."


def refused(action: Action, job: Job) -> ConflictError:
    """What to answer where a service would not do it. Reads the job again."""
    job.refresh_from_db(fields=["state", "held"])
    return ConflictError(_SENTENCES.get((action, standing_of(job)), CHANGED))


def standing_of(job: Job) -> Standing:
    """How a job stands, in the words that people use."""
    if job.is_terminal:
        return "over"
    if job.state == Job.State.RUNNING:
        return "running"
    return "paused" if job.held else "waiting"
