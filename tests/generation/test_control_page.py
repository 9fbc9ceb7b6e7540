"""Looking after what waits in the studio: by plain forms and by fragments, one job or all, one's own or everybody's."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from aria_site.accounts.models import User
from generation.models import Job, QueuePause
from generation.selectors import queue_of
from generation.services import queue_pause
from tests.support.rows import make_job, minutes_after_noon

HTMX = {"HX-Request": "true"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "rings")]


def browser_of(person: User) -> Client:
    """A browser without the CSRF check: that has a test of its own."""
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def browser(alice: User) -> Client:
    return browser_of(alice)


def running(owner: User) -> Job:
    """A job that is being painted."""
    lease = {"lease_token": "6a3f0e43-7f0c-4b0c-9d57-6d2f0d1f0a01", "lease_expires_at": timezone.now()}
    return make_job(owner, state=Job.State.RUNNING, progress=0.4, stage="step", **lease)


def line(owner: User, length: int) -> list[Job]:
    """So many jobs that wait, the oldest first."""
    return [make_job(owner, created_at=minutes_after_noon(minute)) for minute in range(length)]


def labels(page: str) -> list[str]:
    """What the buttons of a fragment say."""
    return [label.split(":")[0] for label in re.findall(r'aria-label="([^"]+)"[^>]*>\s*<svg', page)]


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "plain"])
def test_a_job_is_paused_and_resumed(browser: Client, alice: User, htmx: bool) -> None:
    job = running(alice)
    headers = HTMX if htmx else {}

    paused = browser.post(f"/studio/jobs/{job.pk}/pause/", headers=headers)
    job.refresh_from_db()
    assert (job.state, job.held) == ("queued", True)
    resumed = browser.post(f"/studio/jobs/{job.pk}/resume/", headers=headers)
    job.refresh_from_db()
    assert (job.state, job.held) == ("queued", False)

    if htmx:
        assert (paused.status_code, resumed.status_code) == (200, 200)
        assert "paused at 40 %" in paused.text
        assert paused.headers["HX-Trigger-After-Swap"] == "controls-changed"
        assert 'hx-swap-oob="true"' in paused.text
        assert "<html" not in paused.text
    else:
        assert {answer.headers["Location"] for answer in (paused, resumed)} == {f"/studio/?job={job.pk}"}


def test_the_strip_offers_what_can_be_done(browser: Client, alice: User) -> None:
    running(alice), line(alice, 2)
    make_job(alice, held=True, progress=0.25)

    strip = browser.get("/studio/queue/").text

    of_the_running_and_the_first = ["Pause", "Cancel"] * 2
    assert labels(strip) == [*of_the_running_and_the_first, "Move up", "Pause", "Cancel", "Move up", "Resume", "Cancel"]
    assert "paused at 25 %" in strip
    assert re.findall(r">(\w+ all)<", strip) == ["Pause all", "Resume all", "Cancel all"]
    assert "Everybody" not in strip


def test_one_job_alone_needs_no_buttons_for_all(browser: Client, alice: User) -> None:
    make_job(alice)

    strip = browser.get("/studio/queue/").text

    assert labels(strip) == ["Pause", "Cancel"]
    assert " all<" not in strip


def test_the_easel_says_it_in_words(browser: Client, alice: User) -> None:
    jobs = line(alice, 2)

    waiting = browser.get(f"/studio/jobs/{jobs[1].pk}/controls/").text
    Job.objects.filter(pk=jobs[0].pk).delete()
    alone = browser.get(f"/studio/jobs/{jobs[1].pk}/controls/").text
    Job.objects.update(state=Job.State.CANCELLED)
    over = browser.get(f"/studio/jobs/{jobs[1].pk}/controls/").text

    def words(fragment: str) -> list[str]:
        return re.findall(r">([^<>]+)</button>", fragment)

    assert words(waiting) == ["Pause", "To the front", "Up", "Down", "To the back", "Cancel"]
    assert words(alone) == ["Pause", "Cancel"]
    assert words(over) == []


def test_a_paused_job_on_the_easel_says_so_and_its_page_does_not_come_again(browser: Client, alice: User) -> None:
    job = make_job(alice, held=True, progress=0.4)

    page = browser.get(f"/studio/?job={job.pk}").text

    assert "Paused at 40 %; it goes on from there" in page
    assert 'data-held="true"' in page
    assert "http-equiv" not in page


@pytest.mark.parametrize(
    ("to", "order"), [("front", [2, 0, 1]), ("up", [0, 2, 1]), ("down", [0, 1, 2]), ("back", [0, 1, 2])]
)
def test_a_job_is_moved(browser: Client, alice: User, to: str, order: list[int]) -> None:
    jobs = line(alice, 3)

    answer = browser.post(f"/studio/jobs/{jobs[2].pk}/move/", {"to": to}, headers=HTMX)

    shown = [answer.text.index(f"?job={jobs[number].pk}") for number in order]
    assert shown == sorted(shown)
    assert [jobs.index(job) for job in queue_of(alice)] == order


def test_nobody_moves_a_job_to_a_place_that_is_none(browser: Client, alice: User) -> None:
    jobs = line(alice, 2)

    assert browser.post(f"/studio/jobs/{jobs[0].pk}/move/", {"to": "the moon"}).status_code == 422
    assert not Job.objects.exclude(line_at=None).exists()


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("pause", {}, "This job is over already, so there is nothing to pause."),
        ("resume", {}, "This job is over, so there is nothing to resume."),
        ("move", {"to": "front"}, "This job is over, so it does not stand in line any more."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    browser: Client, alice: User, path: str, form: dict[str, str], sentence: str
) -> None:
    job = make_job(alice, state=Job.State.CANCELLED)

    fragment = browser.post(f"/studio/jobs/{job.pk}/{path}/", form, headers=HTMX)
    plain = browser.post(f"/studio/jobs/{job.pk}/{path}/", form)

    assert (fragment.status_code, plain.status_code) == (200, 409)
    told = f'<p class="small notice" role="status">{sentence}</p>'
    assert told in fragment.text
    assert told in plain.text
    assert "<html" in plain.text


def test_all_of_ones_own_are_paused_resumed_and_stopped(browser: Client, alice: User, bob: User) -> None:
    line(alice, 3)
    of_bob = make_job(bob)

    def press(verb: str) -> str:
        answer = browser.post(f"/studio/queue/mine/{verb}/", headers=HTMX)
        return re.search(r'role="status">([^<]+)<', answer.text)[1]  # type: ignore[index]  # fails the test if it is not there

    assert press("pause") == "3 jobs paused."
    assert Job.objects.filter(held=True).count() == 3
    assert press("resume") == "3 jobs resumed."
    assert press("cancel") == "3 jobs stopped."
    assert set(Job.objects.filter(owner=alice).values_list("state", flat=True)) == {"cancelled"}
    of_bob.refresh_from_db()
    assert of_bob.state == "queued"
    assert browser.post("/studio/queue/mine/sell/").status_code == 404
    assert browser.post("/studio/queue/mine/pause/").headers["Location"] == "/studio/"


def test_what_failed_lately_can_be_queued_again_from_the_strip(browser: Client, alice: User) -> None:
    failed = make_job(alice, state=Job.State.FAILED, finished_at=timezone.now())
    make_job(alice, state=Job.State.FAILED, finished_at=minutes_after_noon(0))

    strip = browser.get("/studio/queue/").text
    browser.post(f"/studio/jobs/{failed.pk}/retry/", headers=HTMX)

    assert labels(strip) == ["Retry"]
    failed.refresh_from_db()
    assert failed.state == "queued"


PATHS = ["pause", "resume", "move", "priority", "controls"]


@pytest.mark.parametrize("path", PATHS)
def test_strangers_find_nothing_and_change_nothing(alice: User, mallory: User, path: str) -> None:
    jobs = [*line(alice, 2), make_job(alice, held=True)]
    before = list(Job.objects.values())
    client = browser_of(mallory)

    ask: Any = client.get if path == "controls" else client.post
    answers = [ask(f"/studio/jobs/{job.pk}/{path}/", {"to": "front", "priority": "1"}) for job in jobs]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert list(Job.objects.values()) == before


def test_whoever_is_not_signed_in_changes_nothing(client: Client, alice: User) -> None:
    job = make_job(alice)

    paths = [f"jobs/{job.pk}/pause", f"jobs/{job.pk}/move", "queue/mine/cancel", "queue/pause"]
    answers = [client.post(f"/studio/{path}/") for path in paths]

    assert [answer.status_code for answer in answers] == [302] * 4
    assert Job.objects.get().state == "queued"
    assert not QueuePause.objects.exists()


def test_staff_let_a_job_cut_in_line_and_members_do_not(browser: Client, alice: User, admin: User) -> None:
    job = make_job(alice)
    path = f"/studio/jobs/{job.pk}"

    assert 'name="priority"' not in browser.get(f"{path}/controls/").text
    assert browser.post(f"{path}/priority/", {"priority": "5"}).status_code == 403
    assert Job.objects.get().priority == 0

    staff = browser_of(admin)
    assert 'name="priority"' in staff.get(f"{path}/controls/").text
    assert "Its priority is 5 now." in staff.post(f"{path}/priority/", {"priority": "5"}, headers=HTMX).text
    assert "from -100 to 100" in staff.post(f"{path}/priority/", {"priority": "1000"}, headers=HTMX).text
    assert Job.objects.get().priority == 5
    assert "priority 5" in browser.get("/studio/queue/").text


def test_a_priority_is_ordered_by_those_who_may(browser: Client, alice: User) -> None:
    form = {"prompt": "a red boat", "priority": "9"}

    refused = browser.post("/studio/", form)
    assert (refused.status_code, Job.objects.count()) == (403, 0)
    assert 'name="priority"' not in browser.get("/studio/").text

    alice.user_permissions.add(Permission.objects.get(codename="set_priority"))
    assert 'name="priority"' in browser.get("/studio/").text
    browser.post("/studio/", form)
    assert Job.objects.get().priority == 9


def test_staff_pause_the_whole_queue_and_everybody_reads_by_whom_and_why(
    browser: Client, alice: User, admin: User
) -> None:
    make_job(alice), make_job(admin)
    staff = browser_of(admin)
    assert (
        "Everybody&#x27;s queue" in staff.get("/studio/queue/").text
        or "Everybody's queue" in staff.get("/studio/queue/").text
    )

    staff.post("/studio/queue/pause/", {"reason": "a <new> card goes in"}, headers=HTMX)
    told, again = browser.get("/studio/").text, staff.post("/studio/queue/pause/", headers=HTMX).text

    assert "The whole queue was paused by admin at" in told
    assert "a &lt;new&gt; card goes in." in told
    assert "go on</button>" not in told
    assert "The queue is paused already." in again
    assert "go on</button>" in again

    assert "The queue goes on." in staff.post("/studio/queue/resume/", headers=HTMX).text
    assert "The queue is not paused." in staff.post("/studio/queue/resume/").text
    assert "The whole queue was paused" not in browser.get("/studio/queue/").text


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_members_do_not_pause_or_resume_the_whole_queue(browser: Client, admin: User, verb: str) -> None:
    if verb == "resume":
        queue_pause(by=admin)
    before = list(QueuePause.objects.values())

    answer = browser.post(f"/studio/queue/{verb}/", headers=HTMX)

    assert answer.status_code == 403
    assert list(QueuePause.objects.values()) == before


def test_a_press_from_another_site_does_nothing(alice: User) -> None:
    job = make_job(alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    paths = [f"jobs/{job.pk}/pause", f"jobs/{job.pk}/move", "queue/mine/cancel"]

    assert [client.post(f"/studio/{path}/").status_code for path in paths] == [403] * 3
    job.refresh_from_db()
    assert (job.state, job.held) == ("queued", False)
