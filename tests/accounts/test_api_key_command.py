"""`manage.py api_key`."""

import pytest
from django.core.management import CommandError, call_command

from aria_site.accounts.keys import api_key_create, api_key_verify
from aria_site.accounts.models import ApiKey, Scope, User


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("api_key", *arguments)
    return capsys.readouterr().out


@pytest.mark.django_db
def test_create_prints_a_key_of_the_owner_for_everything_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(capsys, "create", "nightly posters")

    key = api_key_verify(printed.removesuffix("\n"))
    assert key is not None
    assert (key.name, key.scopes, key.expires_at) == ("nightly posters", sorted(Scope.values), None)
    assert (key.user.username, key.user.is_superuser) == ("owner", True)


def test_create_obeys_user_scopes_and_days(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(capsys, "create", "k", "--user", "alice", "--scope", "read", "--scope", "generate", "--days", "30")

    key = api_key_verify(printed.strip())
    assert key is not None
    assert (key.user, key.scopes) == (alice, ["generate", "read"])
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days in {29, 30}


@pytest.mark.parametrize(
    "arguments", [["k", "--user", "ghost"], ["k", "--scope", "everything"], ["  "], ["k", "--days", "0"]]
)
@pytest.mark.django_db
def test_create_refuses_with_a_sentence_and_stores_nothing(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("api_key", "create", *arguments)

    assert ApiKey.objects.count() == 0


def test_list_shows_keys_without_their_secrets(alice: User, bob: User, capsys: pytest.CaptureFixture[str]) -> None:
    key, text = api_key_create(user=alice, name="posters", scopes=["read"])
    api_key_create(user=bob, name="other", scopes=["read"])

    printed = run(capsys, "list", "--user", "alice")

    assert printed == f"{key.public_id}  alice  usable  read  never used  posters\n"
    assert text.split("_", 2)[2] not in run(capsys, "list")


def test_revoke_takes_the_id_or_the_whole_key_and_says_when_it_was_done(
    alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    key, text = api_key_create(user=alice, name="posters", scopes=["read"])

    assert run(capsys, "revoke", key.public_id) == "Key “posters” is revoked.\n"
    assert api_key_verify(text) is None
    assert run(capsys, "revoke", text) == "Key “posters” was revoked before.\n"
    assert "  ended  " in run(capsys, "list")


@pytest.mark.django_db
def test_revoke_of_an_unknown_key_is_an_error() -> None:
    with pytest.raises(CommandError, match="There is no key 000000000000"):
        call_command("api_key", "revoke", "000000000000")
