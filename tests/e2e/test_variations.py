"""Painting over a picture in a browser: from an artwork, from a file of one's own, with and without scripts."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.support.uploads import encoded, gradient


@pytest.fixture
def holiday(tmp_path: Path) -> Path:
    """A picture on the visitor's own disk."""
    path = tmp_path / "holiday.jpg"
    path.write_bytes(encoded(gradient(640, 480), "JPEG"))
    return path


def test_variations_of_a_work_hang_beside_it(visit: Visitor, complaints: list[str]) -> None:
    page = visit("/", signed_in=True)
    page.locator(".frame").nth(2).click()
    page.wait_for_url("**/artworks/**")
    parent = page.url

    page.get_by_role("link", name="Paint variations").click()
    page.get_by_label("Strength").fill("0.35")
    expect(page.locator('output[for="strength"]')).to_have_text("0.35")
    page.get_by_label("Pictures").fill("2")
    page.get_by_role("button", name="Paint", exact=True).click()
    expect(page.locator("#easel[data-state=succeeded] img[data-picture]")).to_be_visible()
    page.get_by_role("link", name="See it hang").click()

    page.locator(".wall-label header a").click()
    expect(page).to_have_url(parent)
    expect(page.locator(".family img")).to_have_count(2)
    assert complaints == []
    assert Axe().run(page).response["violations"] == []


def test_a_picture_of_ones_own_is_brought_shown_and_taken_out_again(
    visit: Visitor, complaints: list[str], holiday: Path
) -> None:
    page = visit("/studio/", signed_in=True)
    page.get_by_label("What to paint").fill("a harbour")
    page.get_by_label("Seed", exact=True).fill("11")

    page.locator("#upload").set_input_files(holiday)

    expect(page.get_by_alt_text("Painted over: Your picture")).to_be_visible()
    expect(page.get_by_label("Strength")).to_be_focused()
    expect(page.get_by_label("What to paint")).to_have_value("a harbour")
    expect(page.get_by_label("Seed", exact=True)).to_have_value("11")
    expect(page.get_by_alt_text("Painted over: Your picture")).to_have_js_property("naturalWidth", 384)
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Do not paint over this picture").click()
    expect(page.locator("#upload")).to_be_attached()
    expect(page.get_by_label("What to paint")).to_have_value("a harbour")
    assert complaints == []


def test_without_scripts_a_picture_is_painted_over_all_the_same(visit: Visitor, holiday: Path) -> None:
    page = visit("/studio/", signed_in=True, scripts=False)
    page.get_by_label("What to paint").fill("a harbour without scripts")

    page.locator("#upload").set_input_files(holiday)
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_alt_text("Painted over: Your picture")).to_be_visible()
    page.get_by_role("button", name="Paint", exact=True).click()

    # The page comes again by itself every two seconds while the job is unfinished.
    expect(page.locator("#easel img[data-picture]")).to_be_visible(timeout=15_000)
    expect(page.locator("#easel .title")).to_have_text("A harbour without scripts")
