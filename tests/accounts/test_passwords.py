"""Signing in and out with a password, and choosing one."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from aria_site.accounts.models import User
from aria_site.accounts.services import owner_ensure


def test_name_and_password_sign_in_and_lead_to_the_studio(alice: User, client: Client) -> None:
    answer = client.post(reverse("accounts:login"), {"username": "alice", "password": "alice's password"})

    assert (answer.status_code, answer["Location"]) == (302, reverse("generation:studio"))


def test_a_wrong_password_and_an_unknown_name_get_the_same_words(alice: User, client: Client) -> None:
    wrong = client.post(reverse("accounts:login"), {"username": "alice", "password": "guess"})
    unknown = client.post(reverse("accounts:login"), {"username": "zoe", "password": "guess"})

    assert wrong.context["form"].errors == unknown.context["form"].errors != {}


def test_signing_in_does_not_lead_to_another_site(alice: User, client: Client) -> None:
    form = {"username": "alice", "password": "alice's password", "next": "https://evil.example/"}

    assert client.post(reverse("accounts:login"), form)["Location"] == reverse("generation:studio")


def test_signing_out_needs_a_post(alice: User, client: Client) -> None:
    client.force_login(alice)

    assert client.get(reverse("accounts:logout")).status_code == 405
    assert client.post(reverse("accounts:logout"))["Location"] == reverse("gallery:wall")
    assert "_auth_user_id" not in client.session


def test_signing_out_from_another_site_is_refused(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)

    assert client.post(reverse("accounts:logout")).status_code == 403
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_the_owner_chooses_a_first_password_without_an_old_one(db: None, client: Client) -> None:
    owner = owner_ensure()
    client.force_login(owner)
    new = "a long walk by the sea"

    answer = client.post(reverse("accounts:password"), {"new_password1": new, "new_password2": new})

    owner.refresh_from_db()
    assert answer["Location"] == reverse("generation:studio")
    assert owner.check_password(new)


def test_who_has_a_password_names_it_to_change_it(alice: User, client: Client) -> None:
    client.force_login(alice)
    new = "a long walk by the sea"

    answer = client.post(reverse("accounts:password"), {"new_password1": new, "new_password2": new})

    alice.refresh_from_db()
    assert list(answer.context["form"].errors) == ["old_password"]
    assert alice.check_password("alice's password")


def test_a_visitor_is_asked_to_sign_in_before_choosing_a_password(db: None, client: Client) -> None:
    answer = client.get(reverse("accounts:password"))

    assert answer["Location"] == f"{reverse('accounts:login')}?next={reverse('accounts:password')}"
