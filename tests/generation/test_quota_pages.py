"""Quotas where people meet them: the studio, the page of an artwork, the command line and the admin."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from aria_site.accounts.models import User
from generation.models import GpuDay, Job
from generation.studio_days import day_of
from tests.support.pictures import hang
from tests.support.rows import NOON, make_job

HTMX = {"HX-Request": "true"}
FULL = "Your queue is full: 1 of 1 places are taken, 0 are left."

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "rings")]


@pytest.fixture
def browser(alice: User) -> Client:
    """Alice's browser, without the CSRF check."""
    client = Client()
    client.force_login(alice)
    return client


def test_the_queue_says_what_is_left_of_today(settings: Settings, browser: Client, alice: User) -> None:
    settings.GPU_SECONDS_PER_DAY = 600
    with time_machine.travel(NOON + timedelta(hours=7), tick=False):
        GpuDay.objects.create(owner=alice, day=day_of(NOON), seconds=12)

        pages = [browser.get(address).text for address in ("/studio/", "/studio/queue/")]

    for page in pages:
        assert "You have 588 of 600 GPU-seconds left today." in page


def test_where_nothing_is_limited_nothing_is_said(browser: Client) -> None:
    assert "GPU-seconds" not in browser.get("/studio/").text


def test_a_refused_order_stays_in_the_tray_with_the_reason(settings: Settings, browser: Client, alice: User) -> None:
    settings.QUEUE_PER_PERSON = 1
    make_job(alice)

    plain = browser.post("/studio/", {"prompt": "a red boat", "seed": "11"})
    fragment = browser.post("/studio/", {"prompt": "a red boat", "seed": "11"}, headers=HTMX)

    for answer in (plain, fragment):
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
        assert FULL in answer.text
        assert "a red boat</textarea>" in answer.text
        assert 'value="11"' in answer.text
    assert (fragment.headers["HX-Retarget"], fragment.headers["HX-Reswap"]) == ("#tray", "outerHTML")
    assert "<html" in plain.text
    assert "<html" not in fragment.text
    assert Job.objects.count() == 1


def test_htmx_is_told_to_show_the_refusal(browser: Client) -> None:
    assert '{"code":"429","swap":true}' in browser.get("/studio/").text


def test_painting_a_cancelled_job_again_is_refused_at_the_tray(
    settings: Settings, browser: Client, alice: User
) -> None:
    settings.QUEUE_PER_PERSON = 1
    over = make_job(alice, state=Job.State.CANCELLED)
    make_job(alice)

    answer = browser.post(f"/studio/jobs/{over.pk}/retry/", headers=HTMX)

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (429, "#tray")
    assert FULL in answer.text
    assert "a lighthouse at dusk</textarea>" in answer.text
    over.refresh_from_db()
    assert over.state == Job.State.CANCELLED


def test_painting_an_artwork_again_is_refused_beside_it(settings: Settings, browser: Client, alice: User) -> None:
    settings.QUEUE_PER_PERSON = 1
    work = hang(alice)
    make_job(alice)

    answer = browser.post(f"/studio/artworks/{work.pk}/reproduce/", headers=HTMX)

    assert FULL in answer.text
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_painting_from_the_command_line_is_refused_with_the_same_sentence(settings: Settings) -> None:
    settings.QUEUE_PER_PERSON = 1
    owner = User.objects.create_superuser("owner")
    make_job(owner)

    with pytest.raises(CommandError) as refusal:
        call_command("paint", "a cat")

    assert str(refusal.value).startswith(FULL)
    assert Job.objects.count() == 1


def test_the_admin_is_told_whose_queue_is_full(
    settings: Settings, admin: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    settings.QUEUE_PER_PERSON = 1
    over = make_job(alice, state=Job.State.FAILED)
    make_job(alice)
    client = client_of(admin)
    client.cookies["csrftoken"] = "x" * 32
    form = {"action": "retry", "_selected_action": [str(over.pk)], "confirmed": "Yes", "csrfmiddlewaretoken": "x" * 32}

    page = client.post("/admin/generation/job/", form, follow=True).text

    assert f"Not queued for alice: {FULL}" in page
    over.refresh_from_db()
    assert over.state == Job.State.FAILED
