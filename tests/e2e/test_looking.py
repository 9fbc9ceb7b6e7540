"""Looking around in a browser: rows without a scrollbar, more on scroll, keys, day and night, for everybody."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

WORKS = "figure.work"


@pytest.mark.parametrize("width", [360, 390, 768, 1024, 1440, 2560])
@pytest.mark.parametrize("path", ["/", "/studio/", "/login/"])
def test_no_page_scrolls_sideways(visit: Visitor, complaints: list[str], path: str, width: int) -> None:
    page = visit(path, width=width, signed_in=path == "/studio/")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


@pytest.mark.parametrize("width", [390, 1440])
def test_pictures_hang_whole_in_rows_of_equal_height(visit: Visitor, width: int) -> None:
    page = visit("/", width=width)

    boxes = page.locator(".frame").evaluate_all(
        """frames => frames.map((frame) => {
          const box = frame.getBoundingClientRect();
          const side = (name) => Number(frame.querySelector("img").getAttribute(name));
          return [Math.round(box.top), box.height, box.width / box.height, side("width") / side("height")];
        })"""
    )

    rows: dict[int, list[float]] = {}
    for top, height, shown, real in boxes:
        rows.setdefault(top, []).append(height)
        assert shown == pytest.approx(real, rel=0.02)
    assert all(max(heights) - min(heights) <= 2.5 for heights in rows.values())


def test_scrolling_brings_more_once(visit: Visitor, complaints: list[str]) -> None:
    page = visit("/")
    assert page.locator(WORKS).count() == 24

    # Once for thirty pictures; more often where other tests have painted before.
    while page.locator(".more").count():
        shown = page.locator(WORKS).count()
        page.mouse.wheel(0, 20_000)
        expect(page.locator(WORKS)).not_to_have_count(shown)

    links = page.locator(".frame").evaluate_all("frames => frames.map(f => f.href)")
    assert len(links) == len(set(links)) >= 30
    assert complaints == []


def test_more_is_a_link_without_scripts(visit: Visitor) -> None:
    page = visit("/", scripts=False)

    page.get_by_role("link", name="More pictures").click()

    assert "after=" in page.url
    assert page.locator(WORKS).count() >= 6


def test_arrow_keys_walk_along_the_wall(visit: Visitor, complaints: list[str]) -> None:
    page = visit("/")
    page.locator(".frame").nth(1).click()
    page.wait_for_url("**/artworks/**")
    here = page.url

    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: url != here)
    page.keyboard.press("ArrowLeft")

    page.wait_for_url(here)
    assert complaints == []


def test_use_again_carries_the_recipe_to_the_studio(visit: Visitor) -> None:
    page = visit("/", signed_in=True)
    page.locator(".frame").first.click()

    page.get_by_role("link", name="Use again").click()

    expect(page.get_by_label("What to paint")).not_to_be_empty()
    expect(page.get_by_label("Seed", exact=True)).not_to_be_empty()


def test_the_switch_is_remembered(visit: Visitor) -> None:
    page = visit("/")
    day = background(page)

    page.get_by_role("button", name="Night").click()
    night = background(page)
    page.reload()

    assert day != night == background(page)
    expect(page.get_by_role("button", name="Night")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("place", ["wall", "artwork", "studio", "login", "nowhere"])
def test_everybody_can_use_it(visit: Visitor, place: str, night: bool) -> None:
    paths = {"wall": "/", "artwork": "/", "studio": "/studio/", "login": "/login/", "nowhere": "/artworks/x/"}
    page = visit(paths[place], night=night, signed_in=place == "studio")
    if place == "artwork":
        page.locator(".frame").first.click()
        page.wait_for_url("**/artworks/**")
    if place == "studio":
        page.get_by_text("Options", exact=True).click()

    found = Axe().run(page)

    assert found.response["violations"] == []


def background(page: Page) -> str:
    """The colour of the room."""
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def oldest_work(page: Page) -> str:
    """The page of a picture that was there first: what other tests painted would come out the same again."""
    address = "/api/v1/artworks?limit=100"
    while True:
        found = page.request.get(address).json()
        if found["next"] is None:
            return str(found["items"][-1]["links"]["page"])
        address = f"/api/v1/artworks?limit=100&after={found['next']}"


def test_the_owner_paints_a_picture_again_by_keyboard_and_reads_what_came_of_it(
    visit: Visitor, complaints: list[str]
) -> None:
    page = visit("/", signed_in=True)
    page.goto(oldest_work(page))
    page.get_by_role("button", name="Paint it again and compare").press("Enter")

    expect(page.locator("#reproduction-told")).to_contain_text("Another picture: colours are off by up to")
    expect(page.locator("#reproduction-told")).to_be_focused()
    assert Axe().run(page).response["violations"] == []
    assert complaints == []
