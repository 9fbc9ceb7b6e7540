"""Hints of steps: the first at once, then the newest now and then; a change overtakes what it makes stale."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channels.layers import get_channel_layer

from generation.events import JobChanged, JobStepped
from generation.live import LiveSender

GROUP = "job.one"
CHANGED: JobChanged = {"type": "job.changed", "job": "one"}
Hear = Callable[[], Awaitable[dict[str, Any]]]


def stepped(step: int) -> JobStepped:
    """A hint that so many steps are done."""
    return {
        "type": "job.stepped",
        "job": "one",
        "step": step,
        "total": 100,
        "stage": "step",
        "frame": 0,
        "left_s": None,
    }


@pytest.fixture
async def hear() -> Hear:
    """Receives what the group is told."""
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    return lambda: asyncio.wait_for(layer.receive(channel), 5)


async def test_the_first_step_is_told_at_once(hear: Hear) -> None:
    LiveSender(step_every_s=60).send_step(GROUP, stepped(1))

    assert (await hear())["step"] == 1


async def test_of_the_steps_that_follow_only_the_newest_is_told(hear: Hear) -> None:
    sender = LiveSender(step_every_s=0.05)

    for step in range(1, 51):
        sender.send_step(GROUP, stepped(step))

    assert [(await hear())["step"] for _ in range(2)] == [1, 50]


async def test_a_step_after_a_pause_is_told_again(hear: Hear) -> None:
    sender = LiveSender(step_every_s=0.01)
    sender.send_step(GROUP, stepped(1))
    await hear()

    sender.send_step(GROUP, stepped(2))

    assert (await hear())["step"] == 2


async def test_a_change_takes_the_place_of_a_step_not_yet_told(hear: Hear) -> None:
    sender = LiveSender(step_every_s=0.2)
    sender.send_step(GROUP, stepped(1))
    sender.send_step(GROUP, stepped(2))

    sender.send(GROUP, CHANGED)
    told = [(await hear())["type"] for _ in range(2)]
    sender.send_step(GROUP, stepped(3))

    assert told == ["job.stepped", "job.changed"]
    assert (await hear())["step"] == 3
