"""People, links and keys in the admin."""

import pytest
from django.test import Client
from model_bakery import baker

from aria_site.accounts.models import ApiKey, SignInToken, User

DIGEST = "d1" * 32


@pytest.mark.parametrize("model", ["user", "signintoken", "apikey"])
def test_lists_and_forms_open_and_show_no_digest(admin: User, client: Client, model: str) -> None:
    rows = {
        "user": admin,
        "signintoken": baker.make(SignInToken, user=admin, digest=DIGEST),
        "apikey": baker.make(ApiKey, user=admin, digest=DIGEST, scopes=["read"]),
    }
    client.force_login(admin)

    pages = [
        client.get(f"/admin/accounts/{model}/"),
        client.get(f"/admin/accounts/{model}/{rows[model].pk}/change/"),
    ]

    assert [page.status_code for page in pages] == [200, 200]
    assert all(DIGEST not in page.content.decode() for page in pages)


@pytest.mark.parametrize("model", ["signintoken", "apikey"])
def test_links_and_keys_are_not_made_by_hand(admin: User, client: Client, model: str) -> None:
    client.force_login(admin)

    assert client.get(f"/admin/accounts/{model}/add/").status_code == 403


def test_members_do_not_get_in(alice: User, client: Client) -> None:
    client.force_login(alice)

    assert client.get("/admin/accounts/user/").status_code == 302
