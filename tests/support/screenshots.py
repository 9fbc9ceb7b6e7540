"""Takes the screenshots of docs/screenshots from a studio of its own: `python -m tests.support.screenshots`.

Everything on them is painted on the spot by the built-in model: first twenty prompts for the wall, then one live.
"""

import io
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.support.running_studio import PROJECT, RunningStudio, running_studio
from tests.support.waiting import wait_until

FOLDER = PROJECT / "docs" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HEIGHTS = {390: 844, 768: 1000, 1440: 900, 2560: 1300}
ROOMS: dict[str, Literal["light", "dark"]] = {"day": "light", "night": "dark"}
EVERY_PAGE = (390, 1440)
LIVE = "a turquoise castle under a pink moon at night, watercolour"
PROMPTS = (
    ("a violet mountain range at dawn, watercolour", "256x256"),
    ("a black cat on a windowsill at dusk, oil painting", "256x256"),
    ("a red hot air balloon over fields, gouache poster", "192x256"),
    ("a golden spiral, ink", "256x256"),
    ("an orange fish in a blue sea, pointillism", "320x256"),
    ("ein grüner Wald im Nebel, Aquarell", "256x256"),
    ("a pink butterfly in the morning, sketch", "256x256"),
    ("a neon city at night in the rain", "320x256"),
    ("a white lighthouse at dawn, oil painting", "192x256"),
    ("a turquoise galaxy with stars, oil painting", "256x256"),
    ("un voilier rouge à l'aube", "256x256"),
    ("a purple flower, watercolour", "192x256"),
    ("a windmill at dusk, gouache poster", "256x256"),
    ("a crimson mandala, ink", "256x256"),
    ("a small island with palm trees at sunset", "320x256"),
    ("a blue bird in the snow, watercolour", "256x256"),
    ("a volcano at night, oil painting", "256x256"),
    ("a teal planet with rings, pixel art", "256x256"),
    ("an aurora over a dark lake, night", "320x256"),
    ("a red mushroom in the forest, gouache poster", "256x256"),
)


@dataclass(frozen=True)
class Camera:
    """Where pictures are taken: one studio, one width, one room."""

    studio: RunningStudio
    page: Page
    tag: str

    def shoot(self, name: str, path: str | None = None) -> None:
        """Save what the window shows, after going to `path` if there is one."""
        if path is not None:
            self.page.goto(self.studio.url + path)
        self.page.wait_for_load_state("load")
        self.page.wait_for_timeout(400)
        image = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        image.save(FOLDER / f"{name}-{self.tag}.webp", quality=82, method=5)


def paint_the_wall(studio: RunningStudio) -> None:
    """Order every prompt and wait until all hang."""
    bodies = [
        {"prompt": prompt, "width": int(size[:3]), "height": int(size[4:]), "seed": number, "persona": "aria"}
        for number, (prompt, size) in enumerate(PROMPTS, start=1)
    ]
    links = [f"/api/v1/jobs/{studio.call('POST', '/api/v1/jobs', body)['id']}" for body in bodies]
    wait_until(lambda: all(studio.call("GET", link)["status"] == "succeeded" for link in links), timeout_s=300)


def camera(browser: Browser, studio: RunningStudio, width: int, room: str) -> Camera:
    """A signed-in window of this width in this room."""
    size = ViewportSize(width=width, height=HEIGHTS[width])
    page = browser.new_context(viewport=size, color_scheme=ROOMS[room], reduced_motion="reduce").new_page()
    page.goto(studio.manage("sign_in_link").split()[-1])
    return Camera(studio, page, f"{width}-{room}")


def paint_live(shots: Camera) -> None:
    """The studio before, during and after a painting."""
    shots.shoot("studio-empty", "/studio/")
    shots.page.fill("#prompt", LIVE)
    # With its usual steps the picture is there before the camera is.
    shots.page.eval_on_selector("[name=steps]", "field => { field.value = '150' }")
    shots.page.keyboard.press("Control+Enter")
    shots.page.wait_for_selector("#easel[data-state=running] canvas[data-frames]")
    shots.shoot("studio-painting")
    shots.page.wait_for_selector("#easel[data-state=succeeded]", timeout=60_000)
    shots.shoot("studio-done")


def take_all(studio: RunningStudio) -> None:
    """Every page at every width, day and night."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for width in HEIGHTS:
            for room in ROOMS:
                shots = camera(browser, studio, width, room)
                shots.shoot("wall", "/")
                if width in EVERY_PAGE:
                    shots.page.locator(".frame").nth(3).click()
                    shots.page.wait_for_url("**/artworks/**")
                    shots.shoot("artwork")
                    paint_live(shots)
                shots.page.context.close()
        browser.close()


def main() -> None:
    """Paint, look, and replace the whole set."""
    os.environ.setdefault("ARIA_LOG_LEVEL", "WARNING")
    with tempfile.TemporaryDirectory(prefix="aria-shots-") as folder, running_studio(Path(folder) / "data") as studio:
        paint_the_wall(studio)
        for old in FOLDER.glob("*.webp"):
            old.unlink()
        take_all(studio)


if __name__ == "__main__":
    main()
