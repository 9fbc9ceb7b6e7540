"""`/health/live`: the process answers, whatever else is down."""

from django.test import Client
from django.urls import reverse


def test_answers_without_a_database_and_is_never_cached(client: Client) -> None:
    answer = client.get(reverse("health-live"))

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]
    assert answer.cookies == {}
