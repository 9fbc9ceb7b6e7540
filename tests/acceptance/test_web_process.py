"""The web process stays small: it never loads what paints."""

import urllib.request

import psutil
import pytest

from tests.support.running_studio import RunningStudio

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

LIMIT_BYTES = 200 * 1024 * 1024


def web_process(studio: RunningStudio) -> psutil.Process:
    """The process that listens on the studio's port."""
    for connection in psutil.net_connections("tcp"):
        if connection.laddr and connection.laddr.port == studio.port and connection.status == psutil.CONN_LISTEN:
            return psutil.Process(connection.pid)
    raise LookupError("Nobody listens.")


def test_stays_below_200_mb_after_serving_every_kind_of_page(studio: RunningStudio) -> None:
    for path in ("/", "/studio/", "/api/v1/openapi.json", "/api/v1/artworks", "/api/v1/jobs", "/health/live"):
        request = urllib.request.Request(studio.url + path, headers={"Authorization": f"Bearer {studio.key}"})  # noqa: S310
        urllib.request.urlopen(request, timeout=20).read()  # noqa: S310

    web = web_process(studio)

    assert web.memory_info().rss < LIMIT_BYTES
    assert not any("torch" in mapped.path for mapped in web.memory_maps())
