"""The newest preview of a job, fit to stand in a page."""

import base64

from generation.live import read_frame
from generation.models import Job


def frame_uri(job: Job) -> str:
    """The newest preview as an address that needs no request of its own; empty while nothing is being painted."""
    frame = read_frame(job.pk) if job.state == Job.State.RUNNING else None
    return f"data:image/jpeg;base64,{base64.b64encode(frame.jpeg).decode()}" if frame else ""
