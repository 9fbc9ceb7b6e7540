"""`manage.py sign_in_link`: print a fresh link that signs the owner, or a named person, in once."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from aria_site.accounts.models import User
from aria_site.accounts.services import owner_ensure, sign_in_token_issue
from aria_site.studio.address import sign_in_address


class Command(BaseCommand):
    help = "Print a link that signs the owner, or --user, in once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", help="The person to sign in; the owner when left out.")

    def handle(self, *, user: str | None, **_: object) -> None:
        self.stdout.write(sign_in_address(sign_in_token_issue(user=_person(user))))


def _person(name: str | None) -> User:
    if name is None:
        return owner_ensure()
    try:
        return User.objects.get(username=name, is_active=True)
    except User.DoesNotExist:
        raise CommandError(f"Nobody active here is called {name!r}.") from None
