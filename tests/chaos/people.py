"""`python -m tests.chaos.people COUNT`: so many people, and a key for each of them, as JSON."""

import json
import sys

import django


def main(count: int) -> None:
    """Make who is missing."""
    django.setup()
    from aria_site.accounts.keys import api_key_create
    from aria_site.accounts.models import Scope, User

    people = [User.objects.get_or_create(username=f"person{number}")[0] for number in range(count)]
    keys = [api_key_create(user=user, name="chaos", scopes=Scope.values, expires_at=None)[1] for user in people]
    sys.stdout.write(json.dumps(keys))


if __name__ == "__main__":
    main(int(sys.argv[1]))
