"""The studio as plain pages and as fragments: paint, see, cancel, come back."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from aria_site.accounts.models import User
from generation.live import Frame, keep_frame
from generation.models import DiffusionModel, Job, Worker
from generation.services import job_cancel
from tests.support.pace import painted_before
from tests.support.pictures import hang
from tests.support.rows import make_job

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "rings")]


@pytest.fixture
def browser(alice: User) -> Client:
    """Alice's browser, without the CSRF check: that has a test of its own."""
    client = Client()
    client.force_login(alice)
    return client


def running(owner: User) -> Job:
    """A job that is being painted."""
    lease = {"lease_token": "6a3f0e43-7f0c-4b0c-9d57-6d2f0d1f0a01", "lease_expires_at": timezone.now()}
    return make_job(owner, state=Job.State.RUNNING, progress=0.5, stage="step", **lease)


def test_strangers_are_shown_the_door(client: Client) -> None:
    answer = client.get("/studio/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/?next=/studio/")


def test_an_empty_studio_asks_what_to_paint(browser: Client) -> None:
    page = browser.get("/studio/").text

    assert "An empty canvas." in page
    assert "hx-get" not in page.split('id="queue"')[0]


def test_a_plain_form_queues_a_job_and_leads_to_it(browser: Client, alice: User) -> None:
    asked = {"prompt": "a red boat", "size": "192x256", "count": "2", "seed": "11", "steps": "4", "guide": "0.5"}

    answer = browser.post("/studio/", asked)

    job = Job.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/studio/?job={job.pk}")
    recipe = job.recipe
    assert (job.owner, job.count, recipe.prompt, recipe.seed) == (alice, 2, "a red boat", 11)
    assert (recipe.width, recipe.height, recipe.steps, recipe.guide) == (192, 256, 4, 0.5)


def test_without_scripts_the_page_of_an_unfinished_job_comes_again_by_itself(browser: Client, alice: User) -> None:
    job = make_job(alice)
    waiting = browser.get(f"/studio/?job={job.pk}").text
    Job.objects.update(state=Job.State.CANCELLED)

    over = browser.get(f"/studio/?job={job.pk}").text

    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in waiting
    assert "http-equiv" not in over


def test_htmx_gets_the_easel_and_the_queue(browser: Client) -> None:
    answer = browser.post("/studio/", {"prompt": "a red boat"}, headers=HTMX)

    job = Job.objects.get()
    assert answer.status_code == 200
    assert f'data-job="{job.pk}" data-state="queued" data-socket="/ws/jobs/{job.pk}/"' in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("prompt", "", "Say what to paint: the prompt is empty."),
        ("prompt", "x" * 4001, "Keep prompt to 4,000 characters; this has 4,001."),
        ("seed", "seven", "This must be a whole number."),
        ("steps", "1000000000", "steps must be between 1 and 150."),
        ("guidance", "NaN", "This must be a number."),
        ("width", "513", "width must be a multiple of 32 for this model: 512 would do."),
        ("size", "9x9; DROP", "There is no such size."),
        ("persona", "nobody", "There is no persona “nobody” here."),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_is_queued(
    browser: Client, field: str, value: str, sentence: str
) -> None:
    asked = {"prompt": "a red boat", field: value}

    plain, fragment = browser.post("/studio/", asked), browser.post("/studio/", asked, headers=HTMX)

    for answer in (plain, fragment):
        assert answer.status_code == 422
        fault = re.search(rf'id="{field}-fault">.*?</svg>\s*([^<]+)</p>', answer.text, re.DOTALL)
        assert fault
        assert fault[1].strip() == sentence
    assert fragment.headers["HX-Retarget"] == "#tray"
    assert Job.objects.count() == 0


def test_what_was_typed_survives_a_fault(browser: Client) -> None:
    page = browser.post("/studio/", {"prompt": "a <red> boat", "steps": "0", "negative": "fog"}).text

    assert ">a &lt;red&gt; boat</textarea>" in page
    assert ">fog</textarea>" in page
    assert '<details class="options" open>' in page


def test_the_page_finds_the_unfinished_job_again(browser: Client, alice: User) -> None:
    make_job(alice, state=Job.State.SUCCEEDED)
    job = running(alice)
    keep_frame(job.pk, Frame(3, b"a jpeg"))

    page = browser.get("/studio/").text

    assert f'data-job="{job.pk}" data-state="running"' in page
    assert 'data-frame="data:image/jpeg;base64,YSBqcGVn"' in page
    assert 'value="0.500"' in page


def test_who_waits_until_a_job_is_over_gets_nothing_before(browser: Client, alice: User) -> None:
    job = running(alice)
    waiting = browser.get(f"/studio/jobs/{job.pk}/?until=over")
    job_cancel(job=job)

    over = browser.get(f"/studio/jobs/{job.pk}/?until=over")

    assert (waiting.status_code, waiting.content) == (204, b"")
    assert (over.status_code, 'data-state="cancelled"' in over.text) == (200, True)


def test_a_finished_job_shows_its_pictures(browser: Client, alice: User) -> None:
    job = make_job(alice, state=Job.State.SUCCEEDED, count=2, keep=2)
    works = [hang(alice, key=job.origin_key(index)) for index in range(2)]

    page = browser.get(f"/studio/?job={job.pk}").text

    assert f'src="/media/{works[0].file}"' in page
    assert page.count(f'href="{works[1].get_absolute_url()}"') == 1
    assert "data-socket" not in page


def test_a_failed_job_says_why_and_can_be_painted_again(browser: Client, alice: User) -> None:
    job = make_job(alice, state=Job.State.FAILED, error="The model needs 6.9 GB; 4.1 GB are free.")

    page = browser.get(f"/studio/?job={job.pk}").text
    answer = browser.post(f"/studio/jobs/{job.pk}/retry/")

    assert "The model needs 6.9 GB; 4.1 GB are free." in page
    assert (answer.status_code, Job.objects.get().state) == (302, "queued")


def test_cancelling_by_button_ends_the_job(browser: Client, alice: User) -> None:
    job = make_job(alice)

    answer = browser.post(f"/studio/jobs/{job.pk}/cancel/", headers=HTMX)

    assert "Nothing was hung." in answer.text
    assert Job.objects.get().state == "cancelled"


@pytest.mark.parametrize("path", ["cancel/", "retry/"])
def test_strangers_change_nothing(client_of: ClientOf, alice: User, mallory: User, path: str) -> None:
    job = make_job(alice)
    client = Client()
    client.force_login(mallory)

    assert client.post(f"/studio/jobs/{job.pk}/{path}").status_code == 404
    assert client.get(f"/studio/jobs/{job.pk}/").status_code == 404
    assert client.get(f"/studio/?job={job.pk}").status_code == 404
    assert Job.objects.get().state == "queued"


def test_a_post_from_another_site_queues_nothing(client_of: ClientOf, alice: User) -> None:
    answer = client_of(alice).post("/studio/", {"prompt": "a red boat"})

    assert (answer.status_code, Job.objects.count()) == (403, 0)
    assert "This door stays shut" in answer.text


@pytest.mark.parametrize("query", ["job=nonsense", "from=nonsense", "job=00000000-0000-0000-0000-000000000000"])
def test_addresses_of_nothing_are_a_404(browser: Client, query: str) -> None:
    assert browser.get(f"/studio/?{query}").status_code == 404


def test_use_again_fills_the_tray_with_the_recipe(browser: Client, alice: User) -> None:
    work = hang(alice, seed=41, steps=12, negative_prompt="fog", width=192, height=256, guide=0.45)

    page = browser.get(f"/studio/?from={work.pk}").text

    assert 'name="seed" inputmode="numeric" autocomplete="off" placeholder="random" value="41"' in page
    assert 'name="size" value="192x256" checked' in page
    assert re.search(r'name="steps"[^>]* value="12"', page)
    assert re.search(r'name="guide"[^>]* value="0.45"', page)
    assert ">fog</textarea>" in page
    assert ">a lighthouse at dusk</textarea>" in page


def test_a_model_without_a_sketch_has_no_composition_slider(browser: Client, starter_model: DiffusionModel) -> None:
    with_sketch = browser.get("/studio/").text
    starter_model.folder = "/nowhere"
    starter_model.save(update_fields=["folder"])

    without = browser.get("/studio/")

    assert 'type="range" name="guide"' in with_sketch
    assert (without.status_code, 'name="guide"' in without.text) == (200, False)


def test_the_queue_tells_when_nobody_is_there_to_paint(browser: Client, alice: User) -> None:
    make_job(alice)
    asleep = browser.get("/studio/queue/").text
    Worker.objects.create(boot_id="gpu0/1", name="gpu0", host="here")

    awake = browser.get("/studio/queue/").text

    assert "No painter is awake." in asleep
    assert "No painter is awake." not in awake


def test_the_queue_tells_places_and_times(browser: Client, alice: User, bob: User) -> None:
    painted_before(seconds=30.0)
    first, last = (make_job(owner, count=8, created_at=timezone.now()) for owner in (bob, alice))
    make_job(alice, count=8, created_at=timezone.now())

    page = browser.get("/studio/queue/").text

    told = re.search(rf'data-outlook="{last.pk}">([^<]*)<', page)
    assert told
    assert told[1] == "2nd in line, about 8 min (4 to 20 min)"
    assert str(first.pk) not in page


def test_the_easel_tells_how_long_a_painting_still_takes(browser: Client, alice: User) -> None:
    painted_before(seconds=30.0)
    job = running(alice)
    Job.objects.update(worker="gpu0@here/1", started_at=timezone.now())

    page = browser.get(f"/studio/?job={job.pk}").text

    assert "Being painted, step, about 15 s left" in page
    assert "painting, 50 %, about 15 s left" in page


def test_a_waiting_job_says_so_while_nothing_is_known_of_its_time(browser: Client, alice: User) -> None:
    job = make_job(alice)

    page = browser.get(f"/studio/?job={job.pk}").text

    assert "Waiting for the brush: next in line, time not known yet" in page


def test_signing_in_leads_back_to_the_recipe(client: Client, alice: User) -> None:
    work = hang(alice)
    door = client.get(f"/studio/?from={work.pk}").headers["Location"]

    answer = client.post(
        door, {"username": "alice", "password": "alice's password", "next": f"/studio/?from={work.pk}"}
    )

    assert urlsplit(door).path == "/login/"
    assert answer.headers["Location"] == f"/studio/?from={work.pk}"


@pytest.mark.parametrize("change", [{"version": 99}, {"aura": 1}, {"seed": None, "steps": ...}], ids=str)
@pytest.mark.parametrize("state", ["queued", "failed"])
def test_a_job_that_a_newer_aria_wrote_is_shown_as_far_as_it_can_be_read(
    browser: Client, alice: User, state: str, change: dict[str, Any]
) -> None:
    job = make_job(alice, state=state)
    kept = {**job.recipe_data, **change, "prompt": "a boat of tomorrow"}
    Job.objects.update(recipe_data={name: value for name, value in kept.items() if value is not ...})

    answer = browser.get(f"/studio/?job={job.pk}")

    assert answer.status_code == 200
    assert ("a boat of tomorrow" in answer.text) == (state == "queued")
