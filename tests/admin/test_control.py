"""Looking after the queue in the admin: jobs are paused, moved and let cut in, and the whole queue is paused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils.timezone import localtime

from aria_site.accounts.models import User
from generation.models import Job, QueuePause
from generation.selectors import queue_of
from generation.services import queue_pause
from tests.admin.test_actions import TOKEN, press
from tests.support.rows import make_job, minutes_after_noon


@pytest.fixture
def as_admin(admin: User, client_of: Callable[[User], Client]) -> Client:
    client = client_of(admin)
    client.cookies["csrftoken"] = TOKEN
    return client


def line(owner: User, length: int) -> list[Job]:
    """So many jobs that wait, the oldest first."""
    return [make_job(owner, created_at=minutes_after_noon(minute)) for minute in range(length)]


def told(page: Any) -> str:
    """What the page says."""
    return str(page.content.decode())


def test_jobs_are_paused_and_resumed(as_admin: Client, bob: User) -> None:
    waiting, over = make_job(bob), make_job(bob, state=Job.State.FAILED)

    paused = press(as_admin, [waiting, over], "pause")
    assert "Done for 1. 1 had to be left as they are." in told(paused)
    assert list(Job.objects.filter(held=True)) == [waiting]

    resumed = press(as_admin, [waiting, over], "resume")
    assert "Done for 1. 1 had to be left as they are." in told(resumed)
    assert not Job.objects.filter(held=True).exists()
    assert LogEntry.objects.filter(object_id=str(waiting.pk)).count() == 2


@pytest.mark.parametrize(("action", "order"), [("move_to_front", [2, 0, 1]), ("move_to_back", [1, 2, 0])])
def test_jobs_are_moved(as_admin: Client, bob: User, action: str, order: list[int]) -> None:
    jobs = line(bob, 3)

    press(as_admin, [jobs[2 if action == "move_to_front" else 0]], action)

    assert [jobs.index(job) for job in queue_of(bob)] == order


def test_jobs_cut_in_line_and_fall_back(as_admin: Client, bob: User) -> None:
    waiting, over = make_job(bob), make_job(bob, state=Job.State.SUCCEEDED)

    press(as_admin, [waiting, over], "cut_in_line")
    assert set(Job.objects.values_list("state", "priority")) == {("queued", 100), ("succeeded", 0)}

    press(as_admin, [waiting], "end_priority")
    assert set(Job.objects.values_list("priority", flat=True)) == {0}


@pytest.mark.parametrize("action", ["pause", "move_to_front", "cut_in_line"])
def test_staff_without_the_right_to_change_jobs_change_none(
    bob: User, client_of: Callable[[User], Client], action: str
) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.set(Permission.objects.filter(codename="view_job"))
    client, jobs = client_of(bob), line(bob, 2)
    client.cookies["csrftoken"] = TOKEN
    before = list(Job.objects.values())

    press(client, [jobs[1]], action)

    assert list(Job.objects.values()) == before


def test_adding_a_pause_pauses_the_queue_and_the_list_of_jobs_says_so(as_admin: Client, admin: User) -> None:
    form = {"reason": "a new card goes in", "csrfmiddlewaretoken": TOKEN}

    answer = as_admin.post("/admin/generation/queuepause/add/", form, follow=True)

    pause = QueuePause.objects.get()
    assert (pause.in_force, pause.paused_by, pause.reason) == (True, admin, "a new card goes in")
    assert "added successfully" in told(answer)
    notice = f"The whole queue was paused by admin at {localtime(pause.paused_at):%H:%M}: a new card goes in."
    assert notice in told(as_admin.get("/admin/generation/job/"))


def test_a_second_pause_is_refused_with_who_paused_it_first(as_admin: Client, bob: User) -> None:
    queue_pause(by=bob, reason="mine")

    answer = as_admin.post("/admin/generation/queuepause/add/", {"reason": "x", "csrfmiddlewaretoken": TOKEN})

    assert "The whole queue was paused by bob" in told(answer)
    assert QueuePause.objects.count() == 1


def test_the_queue_is_resumed_once(as_admin: Client, admin: User) -> None:
    pause = queue_pause(by=admin)

    pages = [press(as_admin, [pause], "resume") for _ in range(2)]

    assert "Done for 1." in told(pages[0])
    assert "1 had to be left as they are." in told(pages[1])
    ended = QueuePause.objects.get()
    assert (ended.in_force, ended.resumed_by) == (False, admin)


def test_staff_without_the_right_pause_nothing(bob: User, client_of: Callable[[User], Client]) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    client = client_of(bob)
    client.cookies["csrftoken"] = TOKEN

    answer = client.post("/admin/generation/queuepause/add/", {"reason": "x", "csrfmiddlewaretoken": TOKEN})

    assert (answer.status_code, QueuePause.objects.count()) == (403, 0)


def test_a_pause_that_is_over_can_be_read_and_not_changed(as_admin: Client, admin: User) -> None:
    pause = queue_pause(by=admin, reason="a new card goes in")
    assert pause is not None
    address = f"/admin/generation/queuepause/{pause.pk}/change/"

    page = as_admin.get(address)
    answer = as_admin.post(address, {"reason": "another", "csrfmiddlewaretoken": TOKEN})

    assert "a new card goes in" in told(page)
    assert answer.status_code == 403
