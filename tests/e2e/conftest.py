"""A browser, a running site, and ears for everything the browser complains about."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from tests.support.running_site import RunningSite, running_site

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
REPORT_CSP = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""

Visitor = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """One site for all browser tests, with twenty pictures on its wall."""
    data = tmp_path_factory.mktemp("site")
    with running_site(data) as running:
        running.script("tests.support.seed_site", "30")
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("chromium is not installed")
    chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the console said in red, content policy violations among it, and requests that left the site."""
    return []


@pytest.fixture
def visit(browser: Browser, site: RunningSite, complaints: list[str]) -> Iterator[Visitor]:
    """Opens pages: by day or night, signed in or not, in any size."""
    contexts: list[BrowserContext] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def open_page(
        path: str, *, night: bool = False, signed_in: bool = False, width: int = 1280, scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if night else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.add_init_script(REPORT_CSP)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if _leaves(request.url, site.url) else None)
        if signed_in:
            page.goto("/login/")
            page.get_by_label("Username").fill("alice")
            page.get_by_label("Password").fill("alice's password")
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/studio/**")
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _leaves(url: str, home: str) -> bool:
    return not url.startswith((home, home.replace("http", "ws", 1), "data:", "blob:"))
