"""The viewers of a job: real consumers in a process of their own, beside the studio that ARIA_DATA names.

Reads lines `<viewers> <stalled viewers> <job id> <session key>`, answers "ready" once all of them watch, waits for any
line, lets them go, and answers with JSON: processor seconds, deliveries, the ages of the frames that arrived, and how
many of them came to the viewer who got fewest.
"""

import asyncio
import json
import logging
import struct
import sys
import time
from typing import Any
from uuid import UUID

from bench.studio import join_studio

STAMP = struct.Struct("<d")
"""Frames end in the time at which they were made; every process of a machine shares the monotonic clock."""


def stamped(jpeg: bytes) -> bytes:
    """A frame that tells its age."""
    return jpeg + STAMP.pack(time.monotonic())


class Viewer:
    """One browser's socket. A stalled one takes what it is told first and then never again reads."""

    def __init__(self, job_id: str, session_key: str, *, stalled: bool) -> None:
        self._job_id, self._session_key, self._stalled = job_id, session_key, stalled
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._left = asyncio.Event()
        self.watches = asyncio.Event()
        self.deliveries = 0
        self.ages: list[float] = []

    async def watch(self) -> None:
        """Stay connected until `leave`."""
        from generation.consumers import JobConsumer

        await self._said.put({"type": "websocket.connect"})
        await JobConsumer.as_asgi()(_scope(self._job_id, self._session_key), self._said.get, self._hear)

    async def leave(self) -> None:
        """Close the browser's tab."""
        self._left.set()
        await self._said.put({"type": "websocket.disconnect", "code": 1000})

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close":
            raise RuntimeError(f"A viewer was turned away with {message.get('code')}.")
        if message["type"] != "websocket.send":
            return
        if self.watches.is_set() and self._stalled:
            await self._left.wait()
        self.watches.set()
        self.deliveries += 1
        if message.get("bytes"):
            (made_at,) = STAMP.unpack(message["bytes"][-STAMP.size :])
            self.ages.append(time.monotonic() - made_at)


def _scope(job_id: str, session_key: str) -> dict[str, Any]:
    from django.contrib.sessions.backends.db import SessionStore

    from aria_site.accounts.models import User

    return {
        "type": "websocket",
        "path": f"/ws/jobs/{job_id}",
        "user": User(is_active=True),
        "session": SessionStore(session_key),
        "url_route": {"args": (), "kwargs": {"job_id": UUID(job_id)}},
    }


async def _serve() -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        count, stalled, job_id, session_key = line.split()
        started = time.process_time()
        viewers = [Viewer(job_id, session_key, stalled=number < int(stalled)) for number in range(int(count))]
        tasks = [asyncio.create_task(viewer.watch()) for viewer in viewers]
        await asyncio.gather(*(viewer.watches.wait() for viewer in viewers))
        joined = time.process_time()
        _say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        spent = time.process_time() - joined
        for viewer in viewers:
            await viewer.leave()
        await asyncio.gather(*tasks, return_exceptions=True)
        well = viewers[int(stalled) :]
        answer = {
            "cpu_s": spent,
            "join_s": joined - started,
            "deliveries": sum(viewer.deliveries - 1 for viewer in well),
            "ages": [age for viewer in well for age in viewer.ages],
            "fewest": min((len(viewer.ages) for viewer in well), default=0),
        }
        _say(json.dumps(answer))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    join_studio()
    logging.disable(logging.WARNING)
    asyncio.run(_serve())
