"""Following a queue at its viewer's pace: a hint says that it moved, the page reads it again by itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from channels.db import database_sync_to_async

from aria_site.accounts.sessions import user_of_session
from generation.access import queue_group_for_read
from generation.following import RECHECK_S

TELL_EVERY_S = 1.0
"""A queue of many small jobs moves more often than anybody can look."""


class QueueFollower:
    """Tells one viewer that their queue moved, or anybody's, at most once a second."""

    def __init__(
        self,
        *,
        session_key: str | None,
        everybody: bool,
        send: Callable[[dict[str, str]], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session_key, self._everybody, self._send, self._clock = session_key, everybody, send, clock
        self._news = asyncio.Event()
        self._checked_at = 0.0

    def changed(self) -> None:
        """Take a hint."""
        self._news.set()

    async def group(self) -> str:
        """The group that whoever the session belongs to now may hear. Raises NotFoundError when it is nobody."""
        self._checked_at = self._clock()
        group: str = await database_sync_to_async(self._group)()
        return group

    def trusted_for_s(self) -> float:
        """Seconds until the viewer is looked up again, however much there is to tell meanwhile."""
        return max(0.0, self._checked_at + RECHECK_S - self._clock())

    async def follow(self) -> None:
        """Tell for ever. Raises NotFoundError once the viewer may not hear of the queue any more."""
        while True:
            try:
                # Not `wait_for`: on Python 3.11 it swallows a cancellation that comes together with the news.
                async with asyncio.timeout(self.trusted_for_s()):
                    await self._news.wait()
            except TimeoutError:
                await self.group()
                continue
            self._news.clear()
            await self._send({"type": "queue"})
            await asyncio.sleep(TELL_EVERY_S)

    def _group(self) -> str:
        return queue_group_for_read(user_of_session(self._session_key), everybody=self._everybody)
