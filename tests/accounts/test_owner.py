"""The owner of a studio: made once, never by accident."""

import pytest

from aria_site.accounts.models import User
from aria_site.accounts.services import owner_ensure
from aria_site.kernel.problems import ConflictError


def test_the_first_start_makes_a_superuser_without_a_password(db: None) -> None:
    owner = owner_ensure()

    assert (owner.username, owner.is_superuser, owner.is_staff) == ("owner", True, True)
    assert not owner.has_usable_password()


def test_a_second_start_finds_the_same_owner(db: None) -> None:
    first = owner_ensure()

    assert owner_ensure() == first
    assert User.objects.count() == 1


def test_an_existing_superuser_is_the_owner_whatever_the_name(admin: User) -> None:
    assert owner_ensure() == admin
    assert User.objects.count() == 1


def test_the_oldest_of_several_superusers_is_the_owner(admin: User) -> None:
    User.objects.create_superuser("later")

    assert owner_ensure() == admin


def test_an_inactive_superuser_is_not_the_owner(admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(is_active=False)

    assert owner_ensure().username == "owner"


def test_a_member_who_has_the_owners_name_gets_no_rights(db: None) -> None:
    impostor = User.objects.create_user("owner")

    with pytest.raises(ConflictError, match="createsuperuser"):
        owner_ensure()

    impostor.refresh_from_db()
    assert (impostor.is_superuser, impostor.is_staff) == (False, False)
