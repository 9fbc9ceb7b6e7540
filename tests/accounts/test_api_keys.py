"""API keys: shown once, checked in constant time, ended at once."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from aria_site.accounts.keys import api_key_allows, api_key_create, api_key_revoke, api_key_verify
from aria_site.accounts.models import ApiKey, Scope, User
from aria_site.kernel.problems import InvalidInputError


def test_a_key_is_a_public_id_and_43_characters_of_secret(alice: User) -> None:
    key, text = api_key_create(user=alice, name=" posters ", scopes=["generate", "read", "read"])

    assert re.fullmatch(r"aria_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", text)
    assert text.startswith(f"aria_{key.public_id}_")
    assert (key.name, key.scopes, key.user) == ("posters", ["generate", "read"], alice)


def test_the_database_holds_none_of_a_hundred_secrets(alice: User) -> None:
    secrets = [api_key_create(user=alice, name="k", scopes=["read"])[1].split("_", 2)[2] for _ in range(100)]

    dump = StringIO()
    call_command("dumpdata", "accounts", stdout=dump)

    assert len(set(secrets)) == 100
    assert [secret for secret in secrets if secret in dump.getvalue()] == []


def test_the_right_key_opens(alice: User) -> None:
    key, text = api_key_create(user=alice, name="k", scopes=["read"])

    found = api_key_verify(text)

    assert (found, found and found.user) == (key, alice)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text + "x",
        lambda text: text.replace("aria_", "iria_"),
        lambda text: text.upper(),
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda text: "aria_000000000000_" + text.split("_", 2)[2],
        lambda text: text.rsplit("_", 1)[0],
        lambda text: "",
        lambda text: "aria_é",
    ],
    ids=["last sign", "longer", "prefix", "case", "space", "line end", "other id", "no secret", "empty", "not ASCII"],
)
def test_anything_but_the_right_key_opens_nothing(alice: User, change: Callable[[str], str]) -> None:
    _, text = api_key_create(user=alice, name="k", scopes=["read"])

    assert api_key_verify(change(text)) is None


def test_a_revoked_key_opens_nothing_and_is_revoked_once(alice: User) -> None:
    key, text = api_key_create(user=alice, name="k", scopes=["read"])

    assert [api_key_revoke(key=key), api_key_revoke(key=key)] == [True, False]
    assert api_key_verify(text) is None


def test_an_expired_key_opens_nothing(alice: User) -> None:
    _, text = api_key_create(user=alice, name="k", scopes=["read"], expires_at=timezone.now() + timedelta(hours=1))

    assert api_key_verify(text) is not None
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert api_key_verify(text) is None


def test_the_key_of_somebody_inactive_opens_nothing(alice: User) -> None:
    _, text = api_key_create(user=alice, name="k", scopes=["read"])
    User.objects.update(is_active=False)

    assert api_key_verify(text) is None


def test_keys_outlive_a_change_of_the_sites_key(alice: User, settings: Settings) -> None:
    _, text = api_key_create(user=alice, name="k", scopes=["read"])
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]

    assert api_key_verify(text) is not None
    settings.SECRET_KEY_FALLBACKS = []
    assert api_key_verify(text) is None


def test_use_is_noted_once_a_minute(alice: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    key, text = api_key_create(user=alice, name="k", scopes=["read"])
    start = timezone.now()

    with time_machine.travel(start, tick=False), django_assert_num_queries(2):
        api_key_verify(text)
    with time_machine.travel(start + timedelta(seconds=59), tick=False), django_assert_num_queries(1):
        api_key_verify(text)
    key.refresh_from_db()
    assert key.last_used_at == start

    with time_machine.travel(start + timedelta(seconds=60), tick=False), django_assert_num_queries(2):
        api_key_verify(text)
    key.refresh_from_db()
    assert key.last_used_at == start + timedelta(seconds=60)


def test_a_wrong_secret_is_no_use_of_the_key(alice: User) -> None:
    key, _ = api_key_create(user=alice, name="k", scopes=["read"])

    api_key_verify(f"aria_{key.public_id}_{'A' * 43}")

    key.refresh_from_db()
    assert key.last_used_at is None


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["read"], {Scope.READ}),
        (["generate"], {Scope.GENERATE}),
        (["read", "curate"], {Scope.READ, Scope.CURATE}),
        (["admin"], set(Scope)),
    ],
)
def test_scopes_stand_alone_and_admin_includes_them_all(alice: User, scopes: list[str], allowed: set[Scope]) -> None:
    key, _ = api_key_create(user=alice, name="k", scopes=scopes)

    assert {scope for scope in Scope if api_key_allows(key, scope)} == allowed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["read", "everything"]}, "scopes"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expires_at"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(alice: User, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        api_key_create(**{"user": alice, "name": "k", "scopes": ["read"], **changes})

    assert list(refusal.value.errors) == [field]
    assert ApiKey.objects.count() == 0
