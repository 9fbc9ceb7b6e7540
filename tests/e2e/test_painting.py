"""Painting in a browser: frames come alive, a reload loses nothing, the picture hangs."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

COUNT_FRAMES = """() => {
  window.seen = new Set();
  const look = () => {
    const canvas = document.querySelector("#easel canvas");
    if (canvas?.dataset.frames) window.seen.add(canvas.toDataURL());
    requestAnimationFrame(look);
  };
  look();
}"""


def ask(page: Page, prompt: str, *, steps: int = 20) -> None:
    """Fill the tray and paint with the keyboard alone."""
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Steps").fill(str(steps))
    page.get_by_label("What to paint").fill(prompt)
    page.keyboard.press("Control+Enter")


def test_the_canvas_fills_in_live_and_becomes_the_picture(visit: Visitor, complaints: list[str]) -> None:
    page = visit("/studio/", signed_in=True)
    page.evaluate(COUNT_FRAMES)

    ask(page, "a lighthouse at dusk")
    expect(page.locator("#easel[data-state=succeeded] img[data-picture]")).to_be_visible()

    assert page.evaluate("window.seen.size") >= 3
    assert page.evaluate("document.querySelector('img[data-picture]').naturalWidth") == 256
    expect(page).to_have_title("Painted · Aria, the studio")
    assert complaints == []


def test_a_reload_in_mid_painting_finds_the_job_and_its_frame(visit: Visitor, complaints: list[str]) -> None:
    page = visit("/studio/", signed_in=True)
    ask(page, "a slow harbour", steps=60)
    page.wait_for_selector("#easel[data-state=running] canvas[data-frames]")
    job = page.locator("#easel").get_attribute("data-job")

    page.reload()

    assert page.locator("#easel").get_attribute("data-job") == job
    page.wait_for_selector("#easel[data-state=running] canvas[data-frames]")
    expect(page.locator("[data-progress-text]")).to_have_text(re.compile(r"Step \d+ of 60"))
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("Nothing was hung.")).to_be_visible()
    assert complaints == []


def test_a_closed_tab_finds_its_job_without_its_address(visit: Visitor) -> None:
    page = visit("/studio/", signed_in=True)
    ask(page, "a slow forest", steps=60)
    page.wait_for_selector("#easel[data-state=running] canvas[data-frames]")
    job = page.locator("#easel").get_attribute("data-job")

    page.goto("/")
    page.goto("/studio/")

    assert page.locator("#easel").get_attribute("data-job") == job
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("Nothing was hung.")).to_be_visible()


def test_a_fault_gets_the_focus_and_goes_with_the_next_order(visit: Visitor) -> None:
    page = visit("/studio/", signed_in=True)
    ask(page, "a red boat", steps=1000)
    expect(page.locator("#steps-fault")).to_have_text("steps must be between 1 and 150.")
    expect(page.get_by_label("Steps")).to_be_focused()

    page.get_by_label("Steps").fill("2")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#easel[data-state=succeeded]")).to_be_visible()
    expect(page.locator(".fault")).to_have_count(0)


def test_a_painting_that_fails_says_why(visit: Visitor) -> None:
    page = visit("/studio/", signed_in=True)

    ask(page, "too much")

    expect(page.get_by_role("alert")).to_contain_text("The model needs 6.9 GB; 4.1 GB are free.")
    expect(page.get_by_role("button", name="Paint it again")).to_be_visible()


def test_paints_without_scripts(visit: Visitor) -> None:
    page = visit("/studio/", signed_in=True, scripts=False)
    page.get_by_label("What to paint").fill("a plain field")
    page.get_by_role("button", name="Paint").click()

    # The page comes again by itself every two seconds while the job is unfinished.
    expect(page.locator("#easel img[data-picture]")).to_be_visible(timeout=15_000)
    page.locator("#easel a.picture").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("A plain field")
