"""`python -m tests.support.seed_site COUNT`: alice with a password, and COUNT pictures of hers on the wall."""

import sys

import django


def main(count: int) -> None:
    """Make what is missing."""
    django.setup()
    from aria_site.accounts.models import User
    from gallery.models import Artwork
    from personas.models import Persona
    from tests.support.pictures import hang

    alice, fresh = User.objects.get_or_create(username="alice")
    if fresh:
        alice.set_password("alice's password")
        alice.save()
    shapes = [(256, 256), (256, 192), (192, 256)]
    for number in range(Artwork.objects.count(), count):
        width, height = shapes[number % len(shapes)]
        persona = Persona.objects.get(slug="aria")
        hang(alice, key=f"seed:{number}:0", persona=persona, seed=number, width=width, height=height)


if __name__ == "__main__":
    main(int(sys.argv[1]))
