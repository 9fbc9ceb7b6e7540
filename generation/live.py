"""Live hints: sent by whoever changes a job, swallowed and counted when the message server is away.

One event-loop thread a process owns the channel layer; the newest preview frame of a job lies in Valkey, where
each viewer's consumer fetches it at its own pace.
"""

import asyncio
import logging
import struct
import threading
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from channels.layers import get_channel_layer

from aria_site.kernel.dispatch import run_after_commit
from aria_site.kernel.valkey import AWAY, valkey
from generation.events import STAFF_GROUP, JobChanged, JobStepped, QueueChanged, job_group, queue_group
from generation.models import Job

logger = logging.getLogger(__name__)

FRAME_TTL_S = 60
STEP_EVERY_S = 0.1
"""A job's viewers are told of its steps ten times a second at the most; they look four times."""
VIEWED_FOR_S = 90
"""Longer than an open page goes without a look (see `following.RECHECK_S`)."""
_FRAME_NUMBER = struct.Struct(">I")


class Frame(NamedTuple):
    """One preview frame: its number, growing by one, and the JPEG."""

    number: int
    jpeg: bytes


class LiveSender:
    """Sends hints from plain threads over one channel layer connection of its own.

    Sending costs half a millisecond of processor time, which a small model's steps would feel: of a job's steps only
    the newest is sent, and hardly more often than viewers look.
    """

    def __init__(self, step_every_s: float = STEP_EVERY_S) -> None:
        self.lost = 0
        """Hints that could not be sent since start."""
        self._step_every_s = step_every_s
        self._steps: dict[str, JobStepped | None] = {}
        """The newest unsent step of every group that was told of a step within the interval."""
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="live-sender", daemon=True).start()

    def send(self, group: str, event: JobChanged | QueueChanged) -> None:
        """Send a hint without waiting for it. An unsent step goes: who reads the job again knows it."""
        with self._lock:
            if group in self._steps:
                self._steps[group] = None
        asyncio.run_coroutine_threadsafe(self._send(group, event), self._loop)

    def send_step(self, group: str, event: JobStepped) -> None:
        """Send a step at once, or the newest one when the interval is over. Returns at once."""
        with self._lock:
            resting = group in self._steps
            self._steps[group] = event if resting else None
        if not resting:
            asyncio.run_coroutine_threadsafe(self._send_steps(group, event), self._loop)

    async def _send_steps(self, group: str, first: JobStepped) -> None:
        event: JobStepped | None = first
        while event is not None:
            await self._send(group, event)
            await asyncio.sleep(self._step_every_s)
            event = self._take_step(group)

    def _take_step(self, group: str) -> JobStepped | None:
        with self._lock:
            event = self._steps.pop(group)
            if event is not None:
                self._steps[group] = None
            return event

    async def _send(self, group: str, event: JobStepped | JobChanged | QueueChanged) -> None:
        layer = get_channel_layer()
        try:
            await layer.group_send(group, event)
        except AWAY as error:
            self.lost += 1
            logger.debug("hint to %s lost: %s", group, error)


@lru_cache(maxsize=1)
def live_sender() -> LiveSender:
    """This process's sender, started on first use."""
    return LiveSender()


def job_changed(job_id: UUID, *, owner_id: int | None = None) -> None:
    """Once the open transaction commits, tell who watches the job or its owner's queue to read it again.

    Who knows the owner saves a look at the job's row.
    """
    run_after_commit(lambda: _job_changed(job_id, owner_id))


def _job_changed(job_id: UUID, owner_id: int | None) -> None:
    job: JobChanged = {"type": "job.changed", "job": str(job_id)}
    live_sender().send(job_group(job_id), job)
    owner = owner_id or Job.objects.filter(pk=job_id).values_list("owner_id", flat=True).first()
    if owner is not None:
        queue: QueueChanged = {"type": "queue.changed", "owner": owner}
        live_sender().send(queue_group(owner), queue)
        live_sender().send(STAFF_GROUP, queue)


def job_stepped(job_id: UUID, *, step: int, total: int, stage: str, frame: int, left_s: float | None = None) -> None:
    """Tell everybody who watches the job how far it is; steps that follow each other fast are skipped."""
    event: JobStepped = {
        "type": "job.stepped",
        "job": str(job_id),
        "step": step,
        "total": total,
        "stage": stage,
        "frame": frame,
        "left_s": left_s,
    }
    live_sender().send_step(job_group(job_id), event)


def preview_key(job_id: UUID | str) -> str:
    """Where the newest frame of a job lies in Valkey."""
    return f"aria:preview:{job_id}"


def viewers_key(job_id: UUID | str) -> str:
    """What is there in Valkey while a job has viewers."""
    return f"aria:viewed:{job_id}"


def keep_frame(job_id: UUID, frame: Frame) -> bool:
    """Make this the newest frame of the job. False when the message server is away."""
    try:
        valkey().set(preview_key(job_id), _FRAME_NUMBER.pack(frame.number) + frame.jpeg, ex=FRAME_TTL_S)
    except AWAY as error:
        logger.debug("preview of %s lost: %s", job_id, error)
        return False
    return True


def read_frame(job_id: UUID | str) -> Frame | None:
    """The newest frame of the job, if there is one. Whoever reads is a viewer: frames are drawn for viewers alone."""
    try:
        with valkey().pipeline(transaction=False) as pipeline:
            pipeline.set(viewers_key(job_id), 1, ex=VIEWED_FOR_S)
            pipeline.get(preview_key(job_id))
            return _frame_from(pipeline.execute()[1])
    except AWAY:
        return None


def is_viewed(job_id: UUID) -> bool:
    """Whether somebody looked for a frame of the job lately."""
    try:
        return bool(valkey().exists(viewers_key(job_id)))
    except AWAY:
        return False


async def read_frame_async(job_id: UUID | str) -> Frame | None:
    """The newest frame of the job, for consumers.

    In a thread, over the pool: redis.asyncio leaves a connection open when it is cancelled while it connects.
    """
    return await asyncio.to_thread(read_frame, job_id)


def _frame_from(stored: bytes | str | None) -> Frame | None:
    if not isinstance(stored, bytes):
        return None
    (number,) = _FRAME_NUMBER.unpack_from(stored)
    return Frame(number, stored[_FRAME_NUMBER.size :])
