"""The socket of a queue: one's own, or everybody's for staff. It tells that the queue moved, and nothing of it."""

from generation.consumers import TellingConsumer
from generation.events import QueueChanged
from generation.queue_following import QueueFollower


class QueueConsumer(TellingConsumer):
    """Sends a hint whenever the queue moved."""

    async def enter(self) -> str:
        """The group of the queue, for those who may see it."""
        self.follower = QueueFollower(
            session_key=self.scope["session"].session_key,
            everybody=self.scope["url_route"]["kwargs"].get("everybody", False),
            send=self.send_json,
        )
        return await self.follower.group()

    async def follow(self) -> None:
        """Tell that it moved."""
        await self.follower.follow()

    async def queue_changed(self, event: QueueChanged) -> None:
        """Pass a hint on."""
        self.follower.changed()
