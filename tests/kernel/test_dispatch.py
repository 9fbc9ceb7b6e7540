"""The doorbell: rung after commit, and never in the way."""

from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery
from django.db import transaction
from kombu.exceptions import OperationalError
from pytest_django import Settings

from aria_site.kernel.dispatch import after_commit, send_now


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What reaches the broker."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(Celery, "send_task", lambda _app, name, args, **options: calls.append((name, args, options)))
    return calls


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_when_the_transaction_rolls_back(sent: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        after_commit("a.task")
        transaction.set_rollback(True)

    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_sends_name_arguments_and_options_after_commit(sent: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        after_commit("a.task", 1, "x", expires=30)
        assert sent == []

    assert sent == [("a.task", [1, "x"], {"retry": False, "expires": 30})]


@pytest.mark.django_db
def test_a_broker_that_is_away_costs_a_log_line(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    def away(*_args: Any, **_options: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(Celery, "send_task", away)

    with django_capture_on_commit_callbacks(execute=True):
        after_commit("a.task")

    assert [record.getMessage() for record in caplog.records] == [
        "task a.task was not sent, it will be found by the reaper: connection refused"
    ]


@pytest.mark.django_db
def test_a_server_that_is_away_is_found_out_before_the_broker_is_asked(
    settings: Settings, sent: list[tuple[Any, ...]], caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"

    send_now("a.task")

    assert sent == []
    assert "it will be found by the reaper" in caplog.text
