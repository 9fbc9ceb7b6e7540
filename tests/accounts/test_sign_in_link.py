"""One-time links: they open the door once, to the right person, and to nobody who only looked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aria_site.accounts.models import SignInToken, User
from aria_site.accounts.services import sign_in_token_issue, sign_in_token_use


def door(secret: str) -> str:
    return reverse("accounts:enter", args=[secret])


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_a_link_signs_its_person_in_and_leads_to_the_studio(alice: User, client: Client) -> None:
    answer = client.get(door(sign_in_token_issue(user=alice)))

    assert (answer.status_code, answer["Location"]) == (302, reverse("generation:studio"))
    assert signed_in_as(client) == str(alice.pk)


def test_the_address_is_kept_from_other_sites_and_caches(alice: User, client: Client) -> None:
    answer = client.get(door(sign_in_token_issue(user=alice)))

    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_a_link_works_once(alice: User, client: Client) -> None:
    secret = sign_in_token_issue(user=alice)
    client.get(door(secret))
    second = Client()

    answer = second.get(door(secret))

    assert answer.status_code == 404
    assert signed_in_as(second) is None


def test_the_secret_is_not_stored(alice: User) -> None:
    secret = sign_in_token_issue(user=alice)

    assert secret not in str(SignInToken.objects.values_list().get())
    assert len(secret) == 43


def test_a_link_ends_after_a_day(alice: User, client: Client) -> None:
    secret = sign_in_token_issue(user=alice)

    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        answer = client.get(door(secret))

    assert answer.status_code == 404
    assert signed_in_as(client) is None


def test_a_link_of_somebody_inactive_opens_nothing(alice: User, client: Client) -> None:
    secret = sign_in_token_issue(user=alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert client.get(door(secret)).status_code == 404
    assert SignInToken.objects.get().used_at is None


def test_unknown_used_and_expired_links_get_the_same_answer(alice: User) -> None:
    used, expired = sign_in_token_issue(user=alice), sign_in_token_issue(user=alice)
    sign_in_token_use(secret=used)
    SignInToken.objects.filter(used_at=None).update(expires_at=timezone.now())

    answers = {Client().get(door(secret)).content for secret in (used, expired, "never-existed")}

    assert len(answers) == 1


@pytest.mark.parametrize(
    "header", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}]
)
def test_a_browser_that_looks_ahead_does_not_burn_the_link(alice: User, client: Client, header: dict[str, str]) -> None:
    secret = sign_in_token_issue(user=alice)

    answer = client.get(door(secret), headers=header)

    assert answer.status_code == 503
    assert signed_in_as(client) is None
    assert sign_in_token_use(secret=secret) == alice


@pytest.mark.parametrize("method", ["head", "post", "put", "options"])
def test_only_get_opens_the_door(alice: User, client: Client, method: str) -> None:
    secret = sign_in_token_issue(user=alice)

    assert getattr(client, method)(door(secret)).status_code == 405
    assert sign_in_token_use(secret=secret) == alice


def test_who_is_inside_already_stays_who_they_are(alice: User, bob: User, client: Client) -> None:
    secret = sign_in_token_issue(user=alice)
    client.force_login(bob)

    assert client.get(door(secret)).status_code == 302
    assert signed_in_as(client) == str(bob.pk)
    assert sign_in_token_use(secret=secret) == alice


@pytest.mark.django_db(transaction=True)
def test_of_many_visits_at_the_same_moment_one_gets_in() -> None:
    alice = User.objects.create_user("alice")
    secret = sign_in_token_issue(user=alice)

    def visit(_: int) -> User | None:
        try:
            return sign_in_token_use(secret=secret)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        people = list(pool.map(visit, range(16)))

    assert people.count(alice) == 1
    assert people.count(None) == 15


def test_issuing_a_link_clears_away_those_that_ran_out(alice: User) -> None:
    sign_in_token_issue(user=alice)
    SignInToken.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    sign_in_token_issue(user=alice)

    assert SignInToken.objects.count() == 1


def test_the_command_prints_a_working_link_for_the_owner(admin: User, client: Client) -> None:
    output = StringIO()

    call_command("sign_in_link", stdout=output)

    link = output.getvalue().strip()
    assert link.startswith("http://127.0.0.1:8000/enter/")
    assert client.get(link.removeprefix("http://127.0.0.1:8000")).status_code == 302
    assert signed_in_as(client) == str(admin.pk)


def test_the_command_signs_in_a_named_person(alice: User, client: Client) -> None:
    output = StringIO()

    call_command("sign_in_link", user="alice", stdout=output)
    client.get(output.getvalue().strip().removeprefix("http://127.0.0.1:8000"))

    assert signed_in_as(client) == str(alice.pk)


def test_the_command_refuses_a_stranger_with_a_sentence(db: None) -> None:
    with pytest.raises(CommandError, match="Nobody active here is called 'nobody'"):
        call_command("sign_in_link", user="nobody")
