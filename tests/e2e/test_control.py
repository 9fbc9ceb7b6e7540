"""Looking after what waits, in a browser: by mouse, by keyboard and without scripts."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page, expect

from tests.e2e.conftest import Visitor
from tests.support.running_site import RunningSite

QUEUE = """
from aria_site.accounts.models import User
from generation.services import job_submit
from generation.specs import JobSpec
for place in ("harbour", "forest", "field", "hill"):
    job_submit(owner=User.objects.get(username="alice"), spec=JobSpec(prompt=f"a slow {place}", steps=150))
"""
UNFINISHED = "#queue li:not(.is-failed)"
"""What other tests let fail is shown as well, for an hour."""
STOP_ALL = """
from aria_site.accounts.models import User
from generation.services import jobs_cancel_all
jobs_cancel_all(owner=User.objects.get(username="alice"))
"""


@pytest.fixture
def queue(site: RunningSite) -> Iterator[None]:
    """One job of Alice's that is being painted and three that wait behind it; all are stopped afterwards."""
    site.manage("shell", "--command", QUEUE)
    yield
    site.manage("shell", "--command", STOP_ALL)


@pytest.fixture
def studio(queue: None, visit: Visitor) -> Page:
    """Alice's studio with that queue."""
    page = visit("/studio/", signed_in=True)
    page.wait_for_selector("#easel[data-state=running]")
    return page


def expect_rows(page: Page, *prompts: str) -> None:
    """The queue shows these, in this order."""
    expect(page.locator(f"{UNFINISHED} .title")).to_have_text([f"a slow {prompt}" for prompt in prompts])


def test_what_is_being_painted_is_paused_and_goes_on(studio: Page, complaints: list[str]) -> None:
    expect(studio.locator("[data-progress-text]")).to_have_text(re.compile(r"Step \d+ of 150"))
    studio.locator("#controls").get_by_role("button", name="Pause").click()

    expect(studio.locator(UNFINISHED).filter(has_text="a slow harbour")).to_contain_text("paused")
    expect(studio.locator("[data-progress-text]")).to_have_text(re.compile("Paused"))
    expect(studio.locator(f"{UNFINISHED}.is-live")).to_contain_text("a slow forest")
    studio.locator("#controls").get_by_role("button", name="Resume").click()
    studio.locator(f"{UNFINISHED}.is-live").get_by_role("button", name="Pause").click()

    expect(studio.locator(f"{UNFINISHED}.is-live")).to_contain_text("a slow harbour")
    expect(studio.locator("[data-progress-text]")).to_have_text(re.compile(r"Step \d+ of 150"))
    assert complaints == []


def test_a_job_goes_up_by_the_keyboard_which_stays_with_it(studio: Page, complaints: list[str]) -> None:
    expect_rows(studio, "harbour", "forest", "field", "hill")
    assert Axe().run(studio).response["violations"] == []
    up = studio.locator(UNFINISHED).filter(has_text="a slow hill").get_by_role("button", name="Move up")
    studio.locator(UNFINISHED).last.locator("a").focus()

    studio.keyboard.press("Tab")
    expect(up).to_be_focused()
    studio.keyboard.press("Enter")

    expect_rows(studio, "harbour", "forest", "hill", "field")
    expect(up).to_be_focused()
    assert complaints == []


def test_all_are_stopped_at_once_after_a_question(studio: Page) -> None:
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    studio.on("dialog", agree)

    studio.get_by_role("button", name="Cancel all").click()

    expect(studio.locator(UNFINISHED)).to_have_count(0)
    expect(studio.get_by_text("Nothing was hung.")).to_be_visible()
    assert asked == ["Cancel all your jobs? What is painted of them is lost."]


@pytest.mark.usefixtures("queue")
def test_everything_works_without_scripts(visit: Visitor) -> None:
    plain = visit("/studio/", signed_in=True, scripts=False)

    plain.locator(UNFINISHED).filter(has_text="a slow field").get_by_role("button", name="Move up").click()
    expect_rows(plain, "harbour", "field", "forest", "hill")
    plain.locator("#controls").get_by_role("button", name="To the back").click()
    expect_rows(plain, "harbour", "forest", "hill", "field")
    plain.get_by_role("button", name="Pause all").click()
    expect(plain.locator(f"{UNFINISHED}.is-held")).to_have_count(3)
    plain.get_by_role("button", name="Resume all").click()
    expect(plain.locator(f"{UNFINISHED}.is-held")).to_have_count(0)
