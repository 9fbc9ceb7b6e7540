"""What hangs, and personas, for programs."""

from collections.abc import Callable

import pytest

from aria_site.accounts.models import User
from gallery.models import Artwork
from personas.models import Persona
from tests.support.programs import Program
from tests.support.recipes import make_recipe
from tests.support.rows import make_artwork, minutes_after_noon


def test_an_artwork_reads_as_promised(alice: User) -> None:
    mira = Persona.objects.create(slug="mira", name="Mira")
    facts = {"device": "cuda:1", "dtype": "bfloat16", "worker": "gpu1@tower.example", "model_revision": "0123456789ab"}
    stored = {**facts, "words_unread": ["fox"]}
    work = make_artwork(alice, persona=mira, created_at=minutes_after_noon(0), facts=stored)

    told = Program().get(f"/artworks/{work.pk}").json()

    assert told == {
        "id": str(work.pk),
        "title": "A lighthouse at dusk",
        "alt": "AI-made picture of: a lighthouse at dusk",
        "persona": {"slug": "mira", "name": "Mira"},
        "parent": None,
        "recipe": make_recipe().to_dict() | {"loras": []},
        "painted_on": {"device": "cuda:1", "dtype": "bfloat16", "worker": "gpu1", "model_revision": "0123456789ab"},
        "words_unread": ["fox"],
        "file": "/media/artworks/0a/master.png",
        "thumbnails": {"128": "/media/thumbnails/0a/small.webp"},
        "width": 256,
        "height": 192,
        "created_at": "2026-03-01T12:00:00Z",
        "score": None,
        "verdict": None,
        "reasons": [],
        "links": {"self": f"/api/v1/artworks/{work.pk}", "page": f"/artworks/{work.pk}/"},
    }


def test_what_the_curator_said_is_told(alice: User) -> None:
    work = make_artwork(alice, score=0.5, verdict="hang", reasons=["sharp"])

    told = Program().get(f"/artworks/{work.pk}").json()

    assert (told["score"], told["verdict"], told["reasons"]) == (0.5, "hang", ["sharp"])


def test_a_recipe_of_a_newer_aria_does_not_hide_the_wall(alice: User) -> None:
    make_artwork(alice, recipe_data={"version": 99})

    assert [work["recipe"] for work in Program().get("/artworks").json()["items"]] == [None]


def test_a_visitor_sees_what_hangs_newest_first_and_nothing_else(alice: User) -> None:
    works = [make_artwork(alice, created_at=minutes_after_noon(minute)) for minute in range(3)]
    for state in (Artwork.State.CUT, Artwork.State.TRASHED):
        make_artwork(alice, state=state)

    assert [work["id"] for work in Program().get("/artworks").json()["items"]] == [
        str(work.pk) for work in reversed(works)
    ]


@pytest.mark.parametrize(("viewer", "status"), [(None, 404), ("bob", 404), ("alice", 200), ("admin", 200)])
def test_a_cut_work_is_its_owners_and_the_staffs(
    request: pytest.FixtureRequest,
    program_of: Callable[..., Program],
    alice: User,
    viewer: str | None,
    status: int,
) -> None:
    work = make_artwork(alice, state=Artwork.State.CUT)
    program = program_of(request.getfixturevalue(viewer)) if viewer else Program()

    assert program.get(f"/artworks/{work.pk}").status_code == status


def test_pages_hold_every_work_once(alice: User) -> None:
    works = {str(make_artwork(alice, created_at=minutes_after_noon(minute // 3)).pk) for minute in range(10)}

    found: list[str] = []
    page = Program().get("/artworks?limit=3").json()
    while page["next"]:
        found += [work["id"] for work in page["items"]]
        page = Program().get(f"/artworks?limit=3&after={page['next']}").json()
    found += [work["id"] for work in page["items"]]

    assert len(found) == 10
    assert set(found) == works


def test_works_are_filtered_by_persona(alice: User) -> None:
    mira = Persona.objects.create(slug="mira", name="Mira")
    hers = make_artwork(alice, persona=mira)
    make_artwork(alice)

    assert [work["id"] for work in Program().get("/artworks?persona=mira").json()["items"]] == [str(hers.pk)]
    assert Program().get("/artworks?persona=ghost").json() == {"items": [], "next": None}


@pytest.mark.parametrize("query", ["persona=%00", "persona=a%20b", "limit=101", "after=x", "q=lighthouse"])
def test_a_wrong_parameter_is_named(query: str) -> None:
    answer = Program().get(f"/artworks?{query}")

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [query.partition("=")[0]])


def test_personas_are_listed_and_read_by_slug(program_of: Callable[..., Program], bob: User) -> None:
    program = program_of(bob, "read")

    items = program.get("/personas").json()["items"]

    assert [persona["slug"] for persona in items] == ["aria"]
    assert program.get("/personas/aria").json() == items[0]
    assert [program.get(f"/personas/{slug}").status_code for slug in ("ghost", "a%00b", "x" * 61)] == [404, 404, 404]


def test_me_is_the_person_and_the_key(program_of: Callable[..., Program], bob: User) -> None:
    told = program_of(bob, "read", "generate").get("/me").json()

    assert (told["username"], told["is_staff"]) == ("bob", False)
    assert (told["key"]["name"], told["key"]["scopes"], told["key"]["expires_at"]) == (
        "test",
        ["generate", "read"],
        None,
    )
