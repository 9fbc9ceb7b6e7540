"""The socket of one job, through the whole ASGI stack: who is let in, and what they hear."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from aria_site.accounts.models import User
from aria_site.asgi import application
from aria_site.kernel.problems import NotFoundError
from generation import following
from generation.live import Frame, job_changed, job_stepped, keep_frame
from generation.models import Job
from generation.services import job_claim
from tests.support.rows import make_job
from tests.support.steady_clock import SteadyClock

pytestmark = pytest.mark.django_db(transaction=True)

OURS = b"http://localhost:8000"
Dial = Callable[..., Awaitable[WebsocketCommunicator]]


def session_of(user: User) -> SessionStore:
    """A session that this person is signed in to."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    """Makes sockets as a browser does, with cookie and origin, and hangs up afterwards."""
    opened: list[WebsocketCommunicator] = []

    async def make(job: Job | str, user: User | None = None, origin: bytes | None = OURS) -> WebsocketCommunicator:
        headers = [(b"origin", origin)] if origin is not None else []
        if user:
            session = await database_sync_to_async(session_of)(user)
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()))
        path = f"/ws/jobs/{job.pk if isinstance(job, Job) else job}/"
        opened.append(WebsocketCommunicator(application, path, headers=headers))
        return opened[-1]

    yield make
    for communicator in opened:
        await communicator.disconnect()
    await get_channel_layer().flush()


async def hear(communicator: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    """The next message of that type; what comes before it is skipped."""
    while True:
        said = await communicator.receive_from(timeout=5)
        message: dict[str, Any] = json.loads(said) if isinstance(said, str) else {"type": "frame", "jpeg": said}
        if message["type"] == kind:
            return message


@pytest.fixture
def job(alice: User) -> Job:
    """A job that waits."""
    return make_job(alice)


@pytest.mark.parametrize("origin", [OURS, b"https://evil.example", b"null", None])
@pytest.mark.parametrize("who", ["nobody", "alice", "mallory"])
async def test_only_the_owner_from_our_own_pages_is_let_in(
    dial: Dial, job: Job, alice: User, mallory: User, origin: bytes | None, who: str
) -> None:
    people = {"nobody": None, "alice": alice, "mallory": mallory}

    accepted, _ = await (await dial(job, people[who], origin)).connect()

    assert accepted == (who == "alice" and origin == OURS)


async def test_who_is_not_signed_in_is_told_so(dial: Dial, job: Job) -> None:
    assert await (await dial(job)).connect() == (False, 4401)


async def test_strangers_and_missing_jobs_are_told_the_same(dial: Dial, job: Job, mallory: User) -> None:
    strange = await (await dial(job, mallory)).connect()
    missing = await (await dial(str(uuid4()), mallory)).connect()

    assert strange == missing == (False, 4404)


async def test_staff_may_watch(dial: Dial, job: Job, admin: User) -> None:
    accepted, _ = await (await dial(job, admin)).connect()

    assert accepted


async def test_the_first_message_is_the_row_as_it_stands(dial: Dial, job: Job, alice: User) -> None:
    socket = await dial(job, alice)
    await socket.connect()

    first = await socket.receive_json_from(timeout=5)

    nothing_yet = {"held": False, "stage": "", "progress": 0.0, "error": ""}
    expected = {"type": "snapshot", "job": str(job.pk), "status": "queued", **nothing_yet}
    assert first == expected | {"outlook": "next in line, time not known yet"}


async def test_who_comes_late_gets_the_newest_frame(dial: Dial, job: Job, alice: User) -> None:
    keep_frame(job.pk, Frame(41, b"an old frame"))
    keep_frame(job.pk, Frame(42, b"the newest frame"))
    socket = await dial(job, alice)
    await socket.connect()

    assert (await hear(socket, "frame"))["jpeg"] == b"the newest frame"


async def test_a_step_brings_its_number_and_a_frame(dial: Dial, job: Job, alice: User) -> None:
    socket = await dial(job, alice)
    await socket.connect()
    await hear(socket, "snapshot")

    job_stepped(job.pk, step=3, total=8, stage="step", frame=1)
    step = await hear(socket, "step")
    keep_frame(job.pk, Frame(1, b"frame one"))
    job_stepped(job.pk, step=4, total=8, stage="step", frame=1)

    assert step == {"type": "step", "step": 3, "total": 8}
    assert await hear(socket, "frame") == {"type": "frame", "jpeg": b"frame one"}


async def test_a_step_tells_how_long_the_others_take(dial: Dial, job: Job, alice: User) -> None:
    socket = await dial(job, alice)
    await socket.connect()
    await hear(socket, "snapshot")

    job_stepped(job.pk, step=3, total=8, stage="step", frame=0, left_s=12.3)

    assert await hear(socket, "step") == {"type": "step", "step": 3, "total": 8, "left": "about 10 s left"}


async def test_a_slow_ear_hears_the_latest_and_not_everything(dial: Dial, job: Job, alice: User) -> None:
    socket = await dial(job, alice)
    await socket.connect()
    await hear(socket, "snapshot")

    for step in range(1, 251):
        job_stepped(job.pk, step=step, total=250, stage="step", frame=0)
    heard = [await hear(socket, "step")]
    while heard[-1]["step"] != 250:
        heard.append(await hear(socket, "step"))

    assert len(heard) <= 5


async def test_a_change_makes_the_row_be_read_again(dial: Dial, job: Job, alice: User) -> None:
    socket = await dial(job, alice)
    await socket.connect()
    await hear(socket, "snapshot")
    await Job.objects.filter(pk=job.pk).aupdate(state=Job.State.FAILED, error="No memory.", progress=0.25)

    await database_sync_to_async(job_changed)(job.pk)

    again = await hear(socket, "snapshot")
    assert (again["status"], again["error"], again["progress"]) == ("failed", "No memory.", 0.25)


async def test_the_viewer_hears_when_a_worker_takes_the_job(dial: Dial, job: Job, alice: User) -> None:
    socket = await dial(job, alice)
    await socket.connect()
    await hear(socket, "snapshot")

    await database_sync_to_async(lambda: job_claim(worker="gpu0", device="cpu", can_take=lambda _: True))()

    again = await hear(socket, "snapshot")
    assert (again["status"], again["stage"]) == ("running", "wait")


async def test_a_job_never_hears_of_another(dial: Dial, job: Job, alice: User) -> None:
    other = await database_sync_to_async(make_job)(alice)
    socket = await dial(job, alice)
    await socket.connect()
    await hear(socket, "snapshot")
    keep_frame(other.pk, Frame(1, b"not for you"))

    job_stepped(other.pk, step=1, total=8, stage="step", frame=1)
    job_stepped(job.pk, step=7, total=8, stage="step", frame=0)

    assert await hear(socket, "step") == {"type": "step", "step": 7, "total": 8}
    assert await socket.receive_nothing(timeout=0.6)


@pytest.mark.parametrize("said", ["hello", '{"type": "subscribe"}', "x" * 5000])
async def test_whoever_talks_to_the_socket_is_put_out(dial: Dial, job: Job, alice: User, said: str) -> None:
    socket = await dial(job, alice)
    await socket.connect()

    await socket.send_to(text_data=said)

    assert await closing_code(socket) == 4400


@pytest.mark.parametrize("lost", ["signed out", "deactivated"])
async def test_who_may_not_look_any_more_is_put_out(
    dial: Dial, job: Job, alice: User, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(following, "RECHECK_S", 0.1)
    socket = await dial(job, alice)
    await socket.connect()
    await hear(socket, "snapshot")

    if lost == "signed out":
        await database_sync_to_async(SessionStore.get_model_class().objects.all().delete)()
    else:
        await User.objects.filter(pk=alice.pk).aupdate(is_active=False)

    assert await closing_code(socket) == 4404


async def closing_code(socket: WebsocketCommunicator) -> int:
    """The code the server closes with; what it says before is skipped."""
    async with asyncio.timeout(5):
        while True:
            message = await socket.receive_output()
            if message["type"] == "websocket.close":
                return int(message["code"])


def test_news_does_not_put_off_the_next_look_at_who_is_there(job: Job) -> None:
    steady = SteadyClock()
    follower = following.JobFollower(job.pk, session_key=None, send=never, send_frame=never, clock=steady.read)
    with pytest.raises(NotFoundError):
        async_to_sync(follower.read)()
    steady.shift(44)

    follower.stepped(
        {"type": "job.stepped", "job": str(job.pk), "step": 1, "total": 8, "stage": "step", "frame": 0, "left_s": None}
    )

    assert follower.trusted_for_s() == 1
    assert following.RECHECK_S + 2 * following.FRAME_EVERY_S < 60


async def never(_: object) -> None:
    """Nobody is told anything."""
    raise AssertionError
