"""The program by which a container is asked for its health."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.support.deploy_files import program
from tests.support.running_studio import free_port


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answers = self.path == "/health/live" and self.headers["Host"] == "localhost"
        self.send_response(200 if answers and self.headers["X-Forwarded-Proto"] == "https" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_server_that_answers_is_healthy(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    status = program("probe.py")["main"]([str(port), "/health/live"])

    assert status == 0
    assert capsys.readouterr().out == f"/health/live on port {port}: 200\n"


def test_a_server_that_answers_otherwise_is_not(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    status = program("probe.py")["main"]([str(port), "/health/ready"])

    assert status == 1
    assert capsys.readouterr().out == f"/health/ready on port {port}: 503\n"


def test_a_server_that_is_not_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    silent = free_port()

    status = program("probe.py")["main"]([str(silent), "/health/live"])

    assert status == 1
    assert capsys.readouterr().out.startswith(f"/health/live on port {silent}: ")
