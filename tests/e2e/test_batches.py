"""Batches in a browser: ordered in the tray, filling on their sheet, stopped, with scripts and without."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor


def order_grid(page: Page, *, across: str, down: str, steps: int = 6) -> None:
    """Fill the tray with a grid and paint it."""
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Steps", exact=True).fill(str(steps))
    page.get_by_text("Batch", exact=True).click()
    page.get_by_label("A grid").check()
    page.get_by_label("Across").select_option("prompt")
    page.locator("#x_values").fill(across)
    page.get_by_label("Down").select_option("guidance")
    page.locator("#y_values").fill(down)
    page.get_by_label("What to paint").fill("a boat at dusk")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/studio/batches/*/")


def test_a_grid_fills_by_itself_and_every_cell_leads_to_its_picture(visit: Visitor, complaints: list[str]) -> None:
    page = visit("/studio/", signed_in=True)

    order_grid(page, across="dusk, dawn", down="2, 5")
    expect(page.locator(".cell.is-succeeded img")).to_have_count(4, timeout=30_000)

    expect(page.get_by_role("status")).to_have_text("4 of 4 painted")
    expect(page.get_by_role("columnheader")).to_have_text(["Guidance ↓Prompt →", "dusk", "dawn"])
    expect(page.get_by_role("rowheader")).to_have_text(["2", "5"])
    page.locator("#cell-3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A boat at dawn")
    assert complaints == []


def test_stopping_all_leaves_what_is_painted_and_offers_the_rest(visit: Visitor, complaints: list[str]) -> None:
    page = visit("/studio/", signed_in=True)
    order_grid(page, across="dusk, dawn, noon", down="1, 2, 3", steps=30)
    page.wait_for_selector(".cell.is-running img")

    page.get_by_role("button", name="Stop all").click()

    expect(page.get_by_role("button", name="stopped")).to_be_visible()
    expect(page.get_by_role("button", name="Stop all")).to_have_count(0)
    expect(page.locator(".cell.is-cancelled").first).to_be_visible()
    assert complaints == []


def test_who_stands_on_a_cell_stays_there_while_the_sheet_changes(visit: Visitor) -> None:
    page = visit("/studio/", signed_in=True)
    order_grid(page, across="dusk, dawn", down="1, 2", steps=12)
    page.locator("#cell-3").focus()

    page.wait_for_selector("#cell-0.is-succeeded")

    expect(page.locator("#cell-3")).to_be_focused()
    page.get_by_role("button", name="Stop all").click()


def test_a_fault_gets_the_focus_and_the_fold_stays_open(visit: Visitor) -> None:
    page = visit("/studio/", signed_in=True)
    page.get_by_text("Batch", exact=True).click()
    page.get_by_label("A grid").check()
    page.get_by_label("Across").select_option("steps")
    page.locator("#x_values").fill("4, many")
    page.get_by_label("What to paint").fill("a boat")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#x_values-fault")).to_have_text("Value 2 must be a whole number.")
    expect(page.locator("#x_values")).to_be_focused()
    expect(page.get_by_label("A grid")).to_be_checked()


def test_only_what_belongs_to_the_chosen_kind_is_shown(visit: Visitor) -> None:
    page = visit("/studio/", signed_in=True, scripts=False)
    page.get_by_text("Batch", exact=True).click()
    expect(page.locator("#x_values")).to_be_hidden()

    page.get_by_label("A grid").check()

    expect(page.locator("#x_values")).to_be_visible()
    expect(page.locator(".for-list")).to_be_hidden()


def test_a_list_is_painted_without_scripts(visit: Visitor) -> None:
    page = visit("/studio/", signed_in=True, scripts=False)
    page.get_by_text("Batch", exact=True).click()
    page.get_by_label("A list").check()
    page.get_by_label("What to paint").fill("a plain field\na plain hill")
    page.get_by_role("button", name="Paint").click()

    # The page comes again by itself every three seconds while anything is to come.
    expect(page.locator(".cell img")).to_have_count(2, timeout=30_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("a plain field, and 1 more")


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_everybody_can_use_the_sheet_and_it_never_scrolls_the_page_sideways(visit: Visitor, *, night: bool) -> None:
    page = visit("/studio/", signed_in=True, width=360, night=night)
    order_grid(page, across="dusk, dawn, noon, fog, rain, snow", down="1, 2", steps=2)
    page.wait_for_selector(".cell.is-succeeded")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Axe().run(page).response["violations"] == []
    page.goto("/studio/batches/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Axe().run(page).response["violations"] == []
    page.goto("/studio/")
    page.get_by_text("Batch", exact=True).click()
    page.get_by_label("A grid").check()
    assert Axe().run(page).response["violations"] == []
