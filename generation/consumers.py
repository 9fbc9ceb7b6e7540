"""Sockets that only tell: they check who asks, join a group, and leave the telling to a follower. That of one job."""

import asyncio
import logging

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from aria_site.kernel.problems import NotFoundError
from generation.events import JobChanged, JobStepped, job_group
from generation.following import JobFollower

logger = logging.getLogger(__name__)

NOT_UNDERSTOOD, NOT_SIGNED_IN, NOT_THERE, BROKEN = 4400, 4401, 4404, 1011


class TellingConsumer(AsyncJsonWebsocketConsumer):
    """A socket on which only the studio speaks. `enter` says whom it lets in, `follow` tells."""

    task: asyncio.Task[None] | None = None

    async def enter(self) -> str:
        """Make the follower; the name of the group to join. Raises NotFoundError for who may not know of it."""
        raise NotImplementedError

    async def follow(self) -> None:
        """Tell until the socket is closed. Raises NotFoundError once the viewer may know of it no longer."""
        raise NotImplementedError

    async def connect(self) -> None:
        """Let in who is signed in and may know of it."""
        if not self.scope["user"].is_authenticated:
            await self.close(code=NOT_SIGNED_IN)
            return
        try:
            self.group = await self.enter()
        except NotFoundError:
            await self.close(code=NOT_THERE)
            return
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        self.task = asyncio.create_task(self._follow())

    async def disconnect(self, code: int) -> None:
        """Follow no longer."""
        if self.task:
            self.task.cancel()
            await asyncio.wait([self.task])
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: object) -> None:
        """This socket only tells; whoever speaks to it mistook it for something else."""
        await self.close(code=NOT_UNDERSTOOD)

    async def _follow(self) -> None:
        try:
            await self.follow()
        except NotFoundError:
            await self.close(code=NOT_THERE)
        except Exception:  # the edge of this task: a socket must not stay open and silent; the page connects again
            logger.exception("a viewer of %s was dropped", self.group)
            await self.close(code=BROKEN)


class JobConsumer(TellingConsumer):
    """Sends a snapshot of the job, then its steps and newest frames (binary JPEG)."""

    async def enter(self) -> str:
        """The group of the job, for those who may read it."""
        job_id = self.scope["url_route"]["kwargs"]["job_id"]
        self.follower = JobFollower(
            job_id,
            session_key=self.scope["session"].session_key,
            send=self.send_json,
            send_frame=lambda jpeg: self.send(bytes_data=jpeg),
        )
        await self.follower.read()
        return job_group(job_id)

    async def follow(self) -> None:
        """Tell how far it is."""
        await self.follower.follow()

    async def job_stepped(self, event: JobStepped) -> None:
        """Pass a hint on."""
        self.follower.stepped(event)

    async def job_changed(self, event: JobChanged) -> None:
        """Pass a hint on."""
        self.follower.changed()
