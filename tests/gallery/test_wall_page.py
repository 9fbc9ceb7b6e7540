"""The wall: open to anybody, newest first, page by page, one address a persona."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aria_site.accounts.models import User
from gallery.labels import ratio_class
from gallery.models import Artwork
from generation.limits import MAX_SIDE, MIN_SIDE, SIDE_STEP
from personas.models import Persona
from tests.support.recipes import make_recipe
from tests.support.rows import make_artwork, minutes_after_noon


def hang_many(owner: User, count: int) -> None:
    """`count` works, one a minute, titled by their number."""
    persona = Persona.objects.get(slug="aria")
    before = Artwork.objects.count()
    for number in range(before, before + count):
        make_artwork(
            owner,
            title=f"Work {number}",
            origin_key=f"job:{number}:0",
            persona=persona,
            created_at=minutes_after_noon(number),
        )


def titles(page: str) -> list[str]:
    return re.findall(r'<span class="title" dir="auto">([^<]*)</span>', page)


@pytest.mark.django_db
def test_an_empty_wall_says_what_to_do(client: Client) -> None:
    page = client.get("/")

    assert page.status_code == 200
    assert "Nothing hangs here yet. Paint something." in page.text
    assert titles(page.text) == []


def test_is_open_to_anybody_and_sets_no_cookie(client: Client, alice: User) -> None:
    hang_many(alice, 1)

    page = client.get("/")

    assert (page.status_code, titles(page.text), dict(page.cookies)) == (200, ["Work 0"], {})


def test_every_work_has_a_museum_label(client: Client, alice: User) -> None:
    recipe = make_recipe(model_revision="0.1", steps=20)
    make_artwork(
        alice,
        title="A lighthouse at dusk",
        persona=Persona.objects.get(slug="aria"),
        recipe_data=recipe.to_dict(),
        created_at=minutes_after_noon(0),
    )

    page = client.get("/").text

    assert '<span class="by">Aria, 2026</span>' in page
    assert '<span class="medium">diffusion on starter 0.1, 20 steps, seed 7</span>' in page


def test_a_revision_that_is_a_hash_is_left_out_of_the_label(client: Client, alice: User) -> None:
    make_artwork(alice)

    assert '<span class="medium">diffusion on starter, 8 steps, seed 7</span>' in client.get("/").text


def test_the_link_to_more_works_without_scripts_and_repeats_nothing(client: Client, alice: User) -> None:
    hang_many(alice, 30)

    first = client.get("/").text
    more = re.search(r'<a class="button" href="(/\?after=[^"]+)"', first)
    assert more
    second = client.get(more[1]).text

    assert titles(first) + titles(second) == [f"Work {number}" for number in range(29, -1, -1)]
    assert 'class="more"' not in second


def test_htmx_gets_the_next_cards_alone(client: Client, alice: User) -> None:
    hang_many(alice, 2)

    page = client.get("/", headers={"HX-Request": "true"})

    assert titles(page.text) == ["Work 1", "Work 0"]
    assert "<html" not in page.text
    assert "HX-Request" in page.headers["Vary"]


def test_a_persona_has_an_address_of_her_own(client: Client, alice: User) -> None:
    hang_many(alice, 1)
    other = Persona.objects.create(slug="mirela", name="Mirela Voss")
    make_artwork(alice, title="By another hand", origin_key="job:x:0", persona=other)

    page = client.get("/?persona=mirela").text

    assert titles(page) == ["By another hand"]
    assert "Works by Mirela Voss" in page


def test_a_persona_whose_works_do_not_hang_yet_has_an_empty_wall(client: Client, alice: User) -> None:
    hang_many(alice, 1)
    Persona.objects.create(slug="mirela", name="Mirela Voss")

    page = client.get("/?persona=mirela").text

    assert ("Works by Mirela Voss" in page, titles(page)) == (True, [])
    assert "Nothing hangs here yet. Paint something." in page


@pytest.mark.django_db
def test_a_persona_nobody_knows_has_no_wall(client: Client) -> None:
    assert client.get("/?persona=nobody").status_code == 404


def test_works_that_do_not_hang_are_not_shown(client: Client, alice: User) -> None:
    make_artwork(alice, state=Artwork.State.CUT)

    assert titles(client.get("/").text) == []


@pytest.mark.django_db
def test_a_place_nobody_gave_out_is_refused_with_a_sentence(client: Client) -> None:
    page = client.get("/?after=nowhere")

    assert page.status_code == 422
    assert "This place in the list is unknown." in page.text


def test_a_hostile_title_stays_text(client: Client, alice: User) -> None:
    make_artwork(alice, title="<script>alert(1)</script>", alt='"><img src=x onerror=alert(1)>')

    page = client.get("/").text

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_queries_do_not_grow_with_the_wall(client: Client, alice: User) -> None:
    hang_many(alice, 10)
    client.force_login(alice)
    with CaptureQueriesContext(connection) as few:
        client.get("/")

    hang_many(alice, 40)
    with CaptureQueriesContext(connection) as many:
        client.get("/")

    assert len(many) == len(few) <= 5


def test_every_shape_that_can_be_painted_has_its_class() -> None:
    sheet = (Path(settings.BASE_DIR) / "static/gallery/ratios.css").read_text()
    known = set(re.findall(r"\.(r-\d+)\{", sheet))
    sides = range(MIN_SIDE, MAX_SIDE + 1, SIDE_STEP * 8)

    shapes = {ratio_class(width, height) for width in sides for height in sides}

    assert shapes <= known
    assert {"r-25", "r-100", "r-400"} <= shapes


def test_only_the_first_row_is_fetched_at_once(client: Client, alice: User) -> None:
    hang_many(alice, 10)

    page = client.get("/").text

    assert (page.count('fetchpriority="high"'), page.count('loading="lazy"')) == (6, 4)
