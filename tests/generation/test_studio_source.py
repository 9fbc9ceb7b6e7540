"""The tray of the studio with a picture to paint over: chosen, brought, removed, painted, also without scripts."""

import re
from typing import Any

import pytest
from django.test import Client

from aria_site.accounts.models import User
from aria_site.kernel.uploads import UPLOAD_LIMIT
from gallery.models import Artwork
from generation.models import DiffusionModel, Job, StoredPicture
from generation.picture_intake import PictureKind
from generation.services import job_submit, picture_store
from generation.specs import JobSpec
from tests.support.pictures import hang
from tests.support.uploads import as_file, encoded, gradient

HTMX = {"HX-Request": "true"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "rings")]


@pytest.fixture
def browser(alice: User) -> Client:
    """Alice's browser, without the CSRF check."""
    client = Client()
    client.force_login(alice)
    return client


def my_picture(width: int = 64, height: int = 48) -> Any:
    return as_file(encoded(gradient(width, height)), "holiday.png")


def tray_of(page: str) -> dict[str, str]:
    """The hidden fields and the sliders of the tray."""
    fields = re.findall(r'<input (?:type="hidden"|id="\w+" type="range") name="(\w+)"[^>]*? value="([^"]*)"', page)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def test_a_work_to_vary_lies_in_the_tray_with_its_recipe_and_a_fresh_seed(browser: Client, alice: User) -> None:
    work = hang(alice, width=320, height=256, negative_prompt="fog")

    page = browser.get(f"/studio/?source={work.pk}").text

    assert tray_of(page) == {"source": str(work.pk), "strength": "0.6"}
    assert f'<img src="/media/{work.thumbnails["256"]}" width="320" height="256" alt="Painted over: A' in page
    assert '<output class="quiet" for="strength" data-output>0.6</output>' in page
    assert ">a lighthouse at dusk</textarea>" in page
    assert ">fog</textarea>" in page
    assert 'placeholder="random" value=""' in page
    assert 'name="size" value="320x256" checked' in page
    assert 'title="Like the picture, 320 by 256"' in page


def test_what_is_in_the_tray_is_painted(browser: Client, alice: User) -> None:
    work = hang(alice)

    browser.post("/studio/", {"prompt": "a boat", "source": str(work.pk), "strength": "0.35", "size": "256x256"})

    job = Job.objects.get()
    assert (job.parent, job.recipe.source, job.recipe.strength) == (work, work.sha256, 0.35)
    assert (job.recipe.guide, job.recipe.width) == (None, 256)


def test_a_picture_of_ones_own_is_stored_and_shown_and_nothing_is_queued(browser: Client, alice: User) -> None:
    answer = browser.post(
        "/studio/source/", {"prompt": "a boat", "seed": "5", "size": "192x256", "upload": my_picture()}, headers=HTMX
    )

    picture = StoredPicture.objects.get()
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (200, "#tray")
    assert "<html" not in answer.text
    assert tray_of(answer.text) == {"source": picture.sha256, "strength": "0.6"}
    assert f'src="/studio/pictures/{picture.sha256}/small/"' in answer.text
    assert 'value="5"' in answer.text
    assert ">a boat</textarea>" in answer.text
    assert 'title="Like the picture, 288 by 224"><input type="radio" name="size" value="288x224" checked' in answer.text
    assert Job.objects.count() == 0


def test_without_scripts_the_whole_page_comes_back_with_the_picture(browser: Client) -> None:
    page = browser.post("/studio/source/", {"prompt": "a boat", "upload": my_picture()}).text

    assert "<html" in page
    assert tray_of(page)["source"] == StoredPicture.objects.get().sha256


def test_without_scripts_a_picture_may_come_with_the_order_itself(browser: Client) -> None:
    answer = browser.post("/studio/", {"prompt": "a boat", "guide": "", "upload": my_picture()})

    assert answer.status_code == 302
    assert Job.objects.get().recipe.source == StoredPicture.objects.get().sha256


def test_a_picture_that_came_with_a_wrong_order_is_kept_in_the_tray(browser: Client) -> None:
    answer = browser.post("/studio/", {"prompt": "", "upload": my_picture()})

    assert answer.status_code == 422
    assert tray_of(answer.text)["source"] == StoredPicture.objects.get().sha256


def test_removing_the_picture_keeps_what_was_typed(browser: Client, alice: User) -> None:
    work = hang(alice)

    answer = browser.post(
        "/studio/source/", {"prompt": "a boat", "source": str(work.pk), "strength": "0.3"}, headers=HTMX
    )

    assert set(tray_of(answer.text)) == {"guide"}
    assert 'type="file" name="upload"' in answer.text
    assert ">a boat</textarea>" in answer.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"no picture", "This file is no picture that can be read here. Send PNG, JPEG or WebP."),
        (b"x" * (UPLOAD_LIMIT + 1), "This file is too large. Choose one of at most 20 MiB."),
    ],
    ids=["no picture", "too large"],
)
@pytest.mark.parametrize("path", ["/studio/", "/studio/source/"])
def test_a_file_that_is_none_is_told_beside_its_field(browser: Client, path: str, data: bytes, sentence: str) -> None:
    answer = browser.post(path, {"prompt": "a boat", "upload": as_file(data)}, headers=HTMX)

    fault = re.search(r'id="upload-fault">.*?</svg>\s*([^<]+)</p>', answer.text, re.DOTALL)
    assert answer.status_code == 422
    assert fault
    assert fault[1].strip() == sentence
    assert ">a boat</textarea>" in answer.text
    assert (Job.objects.count(), StoredPicture.objects.count()) == (0, 0)


def test_a_work_that_left_the_wall_meanwhile_is_told_beside_the_picture(browser: Client, bob: User) -> None:
    work = hang(bob)
    Artwork.objects.update(state=Artwork.State.TRASHED)

    answer = browser.post("/studio/", {"prompt": "a boat", "source": str(work.pk)})

    assert answer.status_code == 422
    assert 'id="source-fault"' in answer.text
    assert "source" not in tray_of(answer.text)


@pytest.mark.parametrize("name", ["nonsense", "6a3f0e43-7f0c-4b0c-9d57-6d2f0d1f0a01"])
def test_an_address_of_nothing_is_a_404(browser: Client, name: str) -> None:
    assert browser.get(f"/studio/?source={name}").status_code == 404


def test_using_a_variation_again_lays_the_same_pictures_into_the_tray(browser: Client, alice: User) -> None:
    source = picture_store(owner=alice, data=encoded(gradient(64, 64))).sha256
    mask = picture_store(owner=alice, data=encoded(gradient(32, 32)), kind=PictureKind.MASK).sha256
    job = job_submit(owner=alice, spec=JobSpec(prompt="x", source=source, mask=mask, strength=0.8))
    work = hang(alice, source=source, mask=mask, strength=0.8)

    pages = [browser.get(f"/studio/?{query}").text for query in (f"from={work.pk}", f"job={job.pk}")]

    expected = {"source": source, "mask": mask, "strength": "0.8"}
    assert [tray_of(page) for page in pages] == [expected, expected]


def test_using_a_strangers_work_again_leaves_out_what_only_they_may_see(browser: Client, bob: User) -> None:
    source = picture_store(owner=bob, data=encoded(gradient())).sha256
    work = hang(bob, source=source, strength=0.8)

    page = browser.get(f"/studio/?from={work.pk}").text

    assert set(tray_of(page)) == {"guide"}
    assert source not in page


def test_using_a_variation_of_a_hung_work_again_names_its_parent(browser: Client, bob: User) -> None:
    parent = hang(bob, key="job:0:0")
    child = hang(bob, source=parent.sha256, strength=0.5)
    Artwork.objects.filter(pk=child.pk).update(parent=parent)

    page = browser.get(f"/studio/?from={child.pk}").text

    assert tray_of(page) == {"source": str(parent.pk), "strength": "0.5"}


def test_a_model_that_paints_over_nothing_asks_for_no_picture(browser: Client, starter_model: DiffusionModel) -> None:
    with_it = browser.get("/studio/").text
    starter_model.folder = "/nowhere"
    starter_model.save(update_fields=["folder"])

    assert 'name="upload"' in with_it
    assert 'name="upload"' not in browser.get("/studio/").text


def test_strangers_bring_nothing(client: Client) -> None:
    answer = client.post("/studio/source/", {"upload": my_picture()})

    assert (answer.status_code, StoredPicture.objects.count()) == (302, 0)
    assert answer.headers["Location"].startswith("/login/")


def test_a_post_from_another_site_brings_nothing(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)

    answer = browser.post("/studio/source/", {"upload": my_picture()})

    assert (answer.status_code, StoredPicture.objects.count()) == (403, 0)
