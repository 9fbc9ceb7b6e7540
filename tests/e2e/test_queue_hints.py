"""The queue strip in a browser: it hears that the queue moved, whoever moved it."""

from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_painting import ask


def test_a_job_that_was_ordered_elsewhere_is_told_at_once(visit: Visitor, complaints: list[str]) -> None:
    page, elsewhere = visit("/studio/", signed_in=True), visit("/studio/", signed_in=True)
    with page.expect_websocket(lambda socket: socket.url.endswith("/ws/queue/")) as opened:
        page.reload()

    with opened.value.expect_event("framereceived", lambda said: said == '{"type": "queue"}'):
        ask(elsewhere, "a slow forest", steps=60)

    expect(page.get_by_role("heading", name="My queue, 1")).to_be_visible()
    elsewhere.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("heading", name="My queue is empty")).to_be_attached()
    assert complaints == []
