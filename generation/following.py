"""Following a job at its viewer's pace: hints wake it, the database and the newest frame are what it tells."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from channels.db import database_sync_to_async

from aria_site.accounts.sessions import user_of_session
from generation.access import job_for_read
from generation.events import JobStepped
from generation.forecasting.words import left_words
from generation.live import read_frame_async
from generation.snapshots import JobSnapshot, job_snapshot

FRAME_EVERY_S = 0.25
RECHECK_S = 45.0
"""How long a socket trusts that its viewer may look: who signed out or was deactivated is put out within a minute."""

Message = JobSnapshot | dict[str, str | int]


class JobFollower:
    """Tells one viewer about one job, at most four times a second; what came in between is skipped."""

    def __init__(
        self,
        job_id: UUID,
        *,
        session_key: str | None,
        send: Callable[[Message], Awaitable[None]],
        send_frame: Callable[[bytes], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._job_id, self._session_key = job_id, session_key
        self._send, self._send_frame = send, send_frame
        self._clock = clock
        self._news = asyncio.Event()
        self._changed, self._read_at, self._frame = True, 0.0, 0
        self._step: JobStepped | None = None

    def stepped(self, event: JobStepped) -> None:
        """Take a hint that the painting moved on."""
        self._step = event
        self._news.set()

    def changed(self) -> None:
        """Take a hint that the job's row changed."""
        self._changed = True
        self._news.set()

    async def read(self) -> JobSnapshot:
        """The job's row for whoever the session belongs to now. Raises NotFoundError when it is not theirs."""
        self._read_at = self._clock()
        snapshot: JobSnapshot = await database_sync_to_async(self._read)()
        return snapshot

    def trusted_for_s(self) -> float:
        """Seconds until the viewer is looked up again, however much there is to tell meanwhile."""
        return max(0.0, self._read_at + RECHECK_S - self._clock())

    async def follow(self) -> None:
        """Tell for ever. Raises NotFoundError once the viewer may not see the job any more."""
        while True:
            await self._tell()
            await asyncio.sleep(FRAME_EVERY_S)
            await self._wait_for_news()

    async def _tell(self) -> None:
        if self._changed or self.trusted_for_s() <= 0:
            self._changed = False
            await self._send(await self.read())
        step, self._step = self._step, None
        if step:
            await self._send(_told(step))
        frame = await read_frame_async(self._job_id)
        if frame and frame.number != self._frame:
            self._frame = frame.number
            await self._send_frame(frame.jpeg)

    async def _wait_for_news(self) -> None:
        try:
            # Not `wait_for`: on Python 3.11 it swallows a cancellation that comes together with the news.
            async with asyncio.timeout(self.trusted_for_s()):
                await self._news.wait()
        except TimeoutError:
            self._changed = True
        self._news.clear()

    def _read(self) -> JobSnapshot:
        return job_snapshot(job_for_read(user_of_session(self._session_key), self._job_id))


def _told(step: JobStepped) -> dict[str, str | int]:
    told: dict[str, str | int] = {"type": "step", "step": step["step"], "total": step["total"]}
    return told if step["left_s"] is None else {**told, "left": left_words(step["left_s"])}
