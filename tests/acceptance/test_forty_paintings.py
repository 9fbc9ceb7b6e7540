"""Twenty prompts from the command line and twenty over the API: forty artworks, files and rows, none twice."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.running_studio import RunningStudio
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SUBJECTS = ("a lighthouse", "a cat", "a castle", "a sailboat", "a spiral", "ein Wald", "une fleur", "el mar", "", "🎈")
STYLES = ("watercolour", "neon at night")
PROMPTS = tuple(f"{subject} in {style}, 'quoted' & \"marked\"" for subject in SUBJECTS for style in STYLES)


def painted_by_command(studio: RunningStudio, number: int) -> dict[str, Any]:
    """What `manage.py paint --json` says of one prompt."""
    arguments = ("paint", PROMPTS[number], "--steps", "2", "--seed", str(number), "--json")
    document: dict[str, Any] = json.loads(studio.manage(*arguments))
    return document


def painted_over_the_api(studio: RunningStudio) -> list[dict[str, Any]]:
    """The artworks of one job for each prompt, once all are over."""
    bodies = [{"prompt": prompt, "steps": 2, "seed": 100 + number} for number, prompt in enumerate(PROMPTS)]
    links = [f"/api/v1/jobs/{studio.call('POST', '/api/v1/jobs', body)['id']}" for body in bodies]
    wait_until(
        lambda: all(studio.call("GET", link)["status"] not in {"queued", "running"} for link in links),
        timeout_s=120,
    )
    return [work for link in links for work in studio.call("GET", link)["artworks"]]


def test_each_is_stored_once(studio: RunningStudio) -> None:
    with ThreadPoolExecutor(2) as pool:
        documents = list(pool.map(lambda number: painted_by_command(studio, number), range(len(PROMPTS))))
    by_command = [work["id"] for document in documents for work in document["artworks"]]
    by_api = [str(work["id"]) for work in painted_over_the_api(studio)]

    assert (len(by_command), len(by_api), len({*by_command, *by_api})) == (20, 20, 40)
    files = {
        work: list((studio.data / "media" / "artworks").rglob(f"{work.replace('-', '')}-*.png"))
        for work in (*by_command, *by_api)
    }
    assert [len(found) for found in files.values()] == [1] * 40
    assert len({hashlib.sha256(found[0].read_bytes()).hexdigest() for found in files.values()}) == 40
