"""The socket of one job: checks who asks, joins the job's group, and leaves the telling to a follower."""

import asyncio
import logging

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from aria_site.kernel.problems import NotFoundError
from generation.events import JobChanged, JobStepped, job_group
from generation.following import JobFollower

logger = logging.getLogger(__name__)

NOT_UNDERSTOOD, NOT_SIGNED_IN, NOT_THERE, BROKEN = 4400, 4401, 4404, 1011


class JobConsumer(AsyncJsonWebsocketConsumer):
    """Sends a snapshot of the job, then its steps and newest frames (binary JPEG)."""

    task: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Let in who is signed in and may read the job."""
        job_id = self.scope["url_route"]["kwargs"]["job_id"]
        if not self.scope["user"].is_authenticated:
            await self.close(code=NOT_SIGNED_IN)
            return
        self.follower = JobFollower(
            job_id,
            session_key=self.scope["session"].session_key,
            send=self.send_json,
            send_frame=lambda jpeg: self.send(bytes_data=jpeg),
        )
        try:
            await self.follower.read()
        except NotFoundError:
            await self.close(code=NOT_THERE)
            return
        self.group = job_group(job_id)
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

    async def job_stepped(self, event: JobStepped) -> None:
        """Pass a hint on."""
        self.follower.stepped(event)

    async def job_changed(self, event: JobChanged) -> None:
        """Pass a hint on."""
        self.follower.changed()

    async def _follow(self) -> None:
        try:
            await self.follower.follow()
        except NotFoundError:
            await self.close(code=NOT_THERE)
        except Exception:  # the edge of this task: a socket must not stay open and silent; the page connects again
            logger.exception("a viewer of %s was dropped", self.group)
            await self.close(code=BROKEN)
