"""The page of one work: picture, label, recipe, and the works beside it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from aria_site.accounts.models import User
from gallery.models import Artwork
from gallery.recipe_table import painted_on
from personas.models import Persona
from tests.support.pictures import hang
from tests.support.rows import make_artwork, minutes_after_noon


def test_shows_the_picture_with_its_label_and_recipe(client: Client, alice: User) -> None:
    work = hang(alice, persona=Persona.objects.get(slug="aria"), negative_prompt="fog", guide=0.6)

    page = client.get(work.get_absolute_url()).text

    assert f'src="/media/{work.file}" width="256" height="192" alt="AI-made picture of: a lighthouse at dusk"' in page
    assert '<h1 class="title" dir="auto">A lighthouse at dusk</h1>' in page
    for name, value in {
        "Seed": "7",
        "Size": "256 by 192",
        "Without": "fog",
        "Composition": "0.6",
        "Painted on": "cpu",
    }.items():
        assert f'<dt>{name}</dt>\n          <dd dir="auto">{value}</dd>' in page


def test_says_which_words_were_not_understood(client: Client, alice: User) -> None:
    work = make_artwork(alice, facts={"words_unread": ["fox", "<b>"]})

    page = client.get(work.get_absolute_url()).text

    assert '<dt>Not understood</dt>\n          <dd dir="auto">fox, &lt;b&gt;</dd>' in page


def test_leads_back_to_the_studio_with_its_recipe(client: Client, alice: User) -> None:
    work = hang(alice)

    assert f'href="/studio/?from={work.pk}"' in client.get(work.get_absolute_url()).text


def test_tells_other_sites_what_it_is(client: Client, alice: User) -> None:
    work = hang(alice)

    page = client.get(work.get_absolute_url()).text

    assert f'<meta property="og:image" content="http://testserver/media/{work.file}">' in page
    assert '<meta property="og:title" content="A lighthouse at dusk">' in page
    assert f'<meta property="og:url" content="http://testserver{work.get_absolute_url()}">' in page


def test_names_the_works_beside_it(client: Client, alice: User) -> None:
    old, middle, new = (
        make_artwork(alice, origin_key=f"job:{n}:0", title=f"Work {n}", created_at=minutes_after_noon(n))
        for n in range(3)
    )

    page = client.get(middle.get_absolute_url()).text

    assert f'<a href="{new.get_absolute_url()}" rel="prev" aria-label="Newer: Work 2"' in page
    assert f'<a href="{old.get_absolute_url()}" rel="next" aria-label="Older: Work 0"' in page


def test_the_only_work_has_nothing_beside_it(client: Client, alice: User) -> None:
    work = make_artwork(alice)

    page = client.get(work.get_absolute_url()).text

    assert 'rel="prev"' not in page
    assert 'rel="next"' not in page


def test_shows_a_score_only_where_there_is_one(client: Client, alice: User) -> None:
    work = make_artwork(alice)
    without = client.get(work.get_absolute_url()).text
    Artwork.objects.update(score=0.83, reasons=["sharp"])

    scored = client.get(work.get_absolute_url()).text

    assert 'class="scores"' not in without
    assert "0.83" in scored
    assert "<li>sharp</li>" in scored


def test_a_recipe_of_a_newer_aria_costs_the_table_and_not_the_page(client: Client, alice: User) -> None:
    work = make_artwork(alice, recipe_data={"version": 99})

    page = client.get(work.get_absolute_url())

    assert page.status_code == 200
    assert "written by a newer Aria" in page.text


def test_a_cut_work_is_its_owners_alone(
    client: Client, client_of: Callable[[User], Client], alice: User, mallory: User
) -> None:
    work = make_artwork(alice, state=Artwork.State.CUT)
    address = work.get_absolute_url()

    statuses = [who.get(address).status_code for who in (client, client_of(mallory), client_of(alice))]

    assert statuses == [404, 404, 200]


def test_missing_and_hidden_are_the_same_page(client: Client, alice: User) -> None:
    hidden = make_artwork(alice, state=Artwork.State.CUT)
    address = hidden.get_absolute_url()

    while_hidden = client.get(address).content
    hidden.delete()

    assert client.get(address).content == while_hidden


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ""),
        ({"device": "cpu"}, "cpu"),
        ({"device": "cuda:1", "dtype": "bfloat16"}, "cuda:1 in bfloat16"),
        ({"device": "cuda:1", "dtype": "bfloat16", "worker": "gpu1@tower.example"}, "cuda:1 in bfloat16, by gpu1"),
    ],
)
def test_tells_where_it_was_painted_and_not_on_which_host(facts: dict[str, str], expected: str) -> None:
    assert painted_on(facts) == expected


def test_leads_to_the_studio_to_be_painted_over(client: Client, alice: User) -> None:
    work = hang(alice)

    assert f'href="/studio/?source={work.pk}"' in client.get(work.get_absolute_url()).text


def test_a_variation_names_the_work_it_was_painted_after(client: Client, alice: User) -> None:
    parent = make_artwork(alice, origin_key="job:0:0", title="The <first> boat")
    child = make_artwork(alice, origin_key="job:1:0", parent=parent)

    page = client.get(child.get_absolute_url()).text

    link = f'<a class="title" dir="auto" href="{parent.get_absolute_url()}">The &lt;first&gt; boat</a>'
    assert f"<p>After {link}</p>" in page
    assert "After <a" not in client.get(parent.get_absolute_url()).text


def test_a_work_shows_its_twelve_newest_variations(client: Client, alice: User) -> None:
    parent = make_artwork(alice, origin_key="job:0:0")
    children = [
        make_artwork(alice, origin_key=f"job:1:{n}", parent=parent, created_at=minutes_after_noon(n)) for n in range(14)
    ]

    family = client.get(parent.get_absolute_url()).text.partition('class="family"')[2].partition("</section>")[0]

    shown = [f'href="{child.get_absolute_url()}"' in family for child in children]
    assert shown == [False] * 2 + [True] * 12
    assert 'class="family"' not in client.get(children[0].get_absolute_url()).text


def test_works_that_do_not_hang_are_no_family(client: Client, alice: User) -> None:
    parent = make_artwork(alice, origin_key="job:0:0", state=Artwork.State.TRASHED)
    child = make_artwork(alice, origin_key="job:1:0", parent=parent)
    make_artwork(alice, origin_key="job:2:0", parent=child, state=Artwork.State.CUT)

    page = client.get(child.get_absolute_url()).text

    assert "After <a" not in page
    assert 'class="family"' not in page


def test_a_large_family_costs_no_more_queries(
    client: Client, alice: User, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    work = make_artwork(alice, origin_key="job:0:0", parent=make_artwork(alice, origin_key="job:9:0"))
    for n in range(12):
        make_artwork(alice, origin_key=f"job:1:{n}", parent=work)

    with django_assert_max_num_queries(5):
        client.get(work.get_absolute_url())


def test_the_recipe_tells_of_source_mask_and_strength(client: Client, alice: User) -> None:
    work = hang(alice, source="ab" * 32, mask="cd" * 32, strength=0.4)

    page = client.get(work.get_absolute_url()).text

    for name, value in {
        "Painted over": "picture abababababab",
        "Mask": "picture cdcdcdcdcdcd",
        "Strength": "0.4",
    }.items():
        assert f'<dt>{name}</dt>\n          <dd dir="auto">{value}</dd>' in page
