"""The socket of a queue, through the whole ASGI stack: who is let in, what they hear, and when they are put out."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from aria_site.accounts.models import User
from aria_site.asgi import application
from generation import queue_following
from generation.models import DiffusionModel, Job
from generation.queue_following import QueueFollower
from generation.services import job_cancel, job_claim, job_submit
from generation.specs import JobSpec
from tests.support.model_folders import write_model_folder
from tests.support.rows import make_job
from tests.support.steady_clock import SteadyClock
from tests.ws.test_job_socket import OURS, closing_code, never, session_of

pytestmark = pytest.mark.django_db(transaction=True)

MINE, EVERYBODYS = "/ws/queue/", "/ws/queue/all/"
MOVED = {"type": "queue"}
Dial = Callable[..., Awaitable[WebsocketCommunicator]]


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    """Makes sockets as a browser does, with cookie and origin, and hangs up afterwards."""
    opened: list[WebsocketCommunicator] = []

    async def make(path: str, user: User | None, origin: bytes = OURS) -> WebsocketCommunicator:
        headers = [(b"origin", origin)]
        if user:
            session = await database_sync_to_async(session_of)(user)
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()))
        opened.append(WebsocketCommunicator(application, path, headers=headers))
        return opened[-1]

    yield make
    for communicator in opened:
        await communicator.disconnect()
    await get_channel_layer().flush()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is kept waiting between two hints."""
    monkeypatch.setattr(queue_following, "TELL_EVERY_S", 0.0)


@pytest.mark.parametrize(("path", "who"), [(MINE, "alice"), (MINE, "admin"), (EVERYBODYS, "admin")])
async def test_everybody_hears_of_their_own_queue_and_staff_of_all(
    dial: Dial, alice: User, admin: User, path: str, who: str
) -> None:
    people = {"alice": alice, "admin": admin}

    assert (await (await dial(path, people[who])).connect())[0]


@pytest.mark.parametrize(("path", "who", "code"), [(MINE, "", 4401), (EVERYBODYS, "", 4401), (EVERYBODYS, "bob", 4404)])
async def test_others_are_not_let_in(dial: Dial, bob: User, path: str, who: str, code: int) -> None:
    assert await (await dial(path, bob if who else None)).connect() == (False, code)


async def test_other_sites_are_not_let_in(dial: Dial, alice: User) -> None:
    assert not (await (await dial(MINE, alice, b"https://evil.example")).connect())[0]


async def test_a_submit_a_claim_and_a_cancel_are_told(dial: Dial, alice: User, tmp_path: Path) -> None:
    folder = str(write_model_folder(tmp_path / "model"))
    await DiffusionModel.objects.aupdate_or_create(name="starter", defaults={"folder": folder, "is_default": True})
    socket = await dial(MINE, alice)
    await socket.connect()

    job = await database_sync_to_async(lambda: job_submit(owner=alice, spec=JobSpec(prompt="a cat")))()
    heard = [await socket.receive_json_from(timeout=5)]
    await database_sync_to_async(lambda: job_claim(worker="gpu0/1", device="cpu", can_take=lambda _: True))()
    heard.append(await socket.receive_json_from(timeout=5))
    await database_sync_to_async(lambda: job_cancel(job=job))()
    heard.append(await socket.receive_json_from(timeout=5))

    assert heard == [MOVED] * 3


async def test_nobody_hears_of_another_persons_queue_but_staff_do(
    dial: Dial, alice: User, bob: User, admin: User
) -> None:
    mine, all_queues = await dial(MINE, alice), await dial(EVERYBODYS, admin)
    await mine.connect()
    await all_queues.connect()
    his: Job = await database_sync_to_async(make_job)(bob)
    hers: Job = await database_sync_to_async(make_job)(alice)

    await database_sync_to_async(lambda: job_cancel(job=his))()
    assert await all_queues.receive_json_from(timeout=5) == MOVED
    assert await mine.receive_nothing(timeout=0.5)

    await database_sync_to_async(lambda: job_cancel(job=hers))()
    assert await mine.receive_json_from(timeout=5) == MOVED


async def test_whoever_talks_to_the_socket_is_put_out(dial: Dial, alice: User) -> None:
    socket = await dial(MINE, alice)
    await socket.connect()

    await socket.send_to(text_data="hello")

    assert await closing_code(socket) == 4400


@pytest.mark.parametrize("lost", ["signed out", "deactivated", "not staff any more"])
async def test_who_may_not_listen_any_more_is_put_out(
    dial: Dial, admin: User, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(queue_following, "RECHECK_S", 0.1)
    socket = await dial(EVERYBODYS, admin)
    await socket.connect()

    if lost == "signed out":
        await database_sync_to_async(SessionStore.get_model_class().objects.all().delete)()
    elif lost == "deactivated":
        await User.objects.filter(pk=admin.pk).aupdate(is_active=False)
    else:
        await User.objects.filter(pk=admin.pk).aupdate(is_staff=False)

    assert await closing_code(socket) == 4404


def test_news_does_not_put_off_the_next_look_at_who_is_there(alice: User) -> None:
    steady = SteadyClock()
    key = session_of(alice).session_key
    follower = QueueFollower(session_key=key, everybody=False, send=never, clock=steady.read)
    assert async_to_sync(follower.group)() == f"queue.{alice.pk}"
    steady.shift(44)

    follower.changed()

    assert follower.trusted_for_s() == 1
