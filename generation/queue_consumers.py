"""The socket of a queue: one's own, or everybody's for staff. It tells that the queue moved, and nothing of it."""

import asyncio
import logging

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import Error as DatabaseError

from aria_site.kernel.problems import NotFoundError
from generation.consumers import BROKEN, NOT_SIGNED_IN, NOT_THERE, NOT_UNDERSTOOD
from generation.events import QueueChanged
from generation.queue_following import QueueFollower

logger = logging.getLogger(__name__)


class QueueConsumer(AsyncJsonWebsocketConsumer):
    """Sends a hint whenever the queue moved."""

    task: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Let in who is signed in and may see the queue."""
        if not self.scope["user"].is_authenticated:
            await self.close(code=NOT_SIGNED_IN)
            return
        self.follower = QueueFollower(
            session_key=self.scope["session"].session_key,
            everybody=self.scope["url_route"]["kwargs"].get("everybody", False),
            send=self.send_json,
        )
        try:
            self.group = await self.follower.group()
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

    async def queue_changed(self, event: QueueChanged) -> None:
        """Pass a hint on."""
        self.follower.changed()

    async def _follow(self) -> None:
        try:
            await self.follower.follow()
        except NotFoundError:
            await self.close(code=NOT_THERE)
        except DatabaseError:
            # A socket must not stay open and silent; the page connects again.
            logger.exception("a viewer of %s was dropped", self.group)
            await self.close(code=BROKEN)
