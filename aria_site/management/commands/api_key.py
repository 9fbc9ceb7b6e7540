"""`manage.py api_key`: keys for programs, made, listed and revoked from a terminal."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from aria_site.accounts.keys import api_key_create, api_key_is_usable, api_key_revoke
from aria_site.accounts.models import ApiKey, Scope, User
from aria_site.accounts.services import owner_ensure
from aria_site.kernel.problems import Problem


class Command(BaseCommand):
    help = "Make, list and revoke API keys. A new key is printed alone on standard output, and never again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read which of the three is wanted."""
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="Make a key and print it.")
        create.add_argument("name", help="What the key is for.")
        create.add_argument("--user", help="Whose key it is; the owner's when left out.")
        create.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="What it may do; can be given several times. All when left out.",
        )
        create.add_argument(
            "--days",
            type=int,
            choices=range(1, 36501),
            metavar="N",
            help="How long it is good; for ever when left out.",
        )
        listing = actions.add_parser("list", help="List keys, without their secrets.")
        listing.add_argument("--user", help="Only the keys of this person.")
        revoke = actions.add_parser("revoke", help="End a key at once and for ever.")
        revoke.add_argument("key", help="The part after `aria_`, as `list` shows it; the whole key will do.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        try:
            {"create": self.create, "list": self.list, "revoke": self.revoke}[options["action"]](options)
        except Problem as problem:
            raise CommandError(str(problem)) from problem

    def create(self, options: dict[str, Any]) -> None:
        """Print the new key, and nothing else, on standard output."""
        user = _person(options["user"]) if options["user"] else owner_ensure()
        ends = timezone.now() + timedelta(days=options["days"]) if options["days"] is not None else None
        scopes = options["scope"] or Scope.values
        key, text = api_key_create(user=user, name=options["name"], scopes=scopes, expires_at=ends)
        if self.stdout.isatty():
            self.stderr.write(f"“{key.name}” of {user}, for {', '.join(key.scopes)}. Keep it: it is shown this once.")
        self.stdout.write(text)

    def list(self, options: dict[str, Any]) -> None:
        """Print one line a key: id, person, state, scopes, last use, name."""
        keys = ApiKey.objects.select_related("user")
        if options["user"]:
            keys = keys.filter(user=_person(options["user"]))
        for key in keys:
            state = "usable" if api_key_is_usable(key) else "ended"
            used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
            self.stdout.write(f"{key.public_id}  {key.user}  {state}  {','.join(key.scopes)}  {used}  {key.name}")

    def revoke(self, options: dict[str, Any]) -> None:
        """End the key."""
        public_id = options["key"].removeprefix("aria_").partition("_")[0]
        key = ApiKey.objects.filter(public_id=public_id).first()
        if key is None:
            raise CommandError(f"There is no key {public_id}. See `manage.py api_key list`.")
        ended = api_key_revoke(key=key)
        self.stdout.write(f"Key “{key.name}” {'is revoked' if ended else 'was revoked before'}.")


def _person(name: str) -> User:
    person = User.objects.filter(username=name).first()
    if person is None:
        raise CommandError(f"There is nobody called {name} here.")
    return person
