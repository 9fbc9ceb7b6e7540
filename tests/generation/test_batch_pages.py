"""Batches as plain pages and as fragments: ordered in the tray, followed on their sheet, stopped, painted again."""

import math
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aria_site.accounts.models import User
from generation.batch_form import axis_values
from generation.batches import batch_jobs
from generation.live import Frame, keep_frame
from generation.models import Batch, Job
from tests.support.pictures import hang
from tests.support.rows import make_batch, make_job

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_model", "rings")]


@pytest.fixture
def browser(alice: User) -> Client:
    """Alice's browser, without the CSRF check: that has a test of its own."""
    client = Client()
    client.force_login(alice)
    return client


def fault_of(page: str, field: str) -> str:
    """The sentence that stands beside a field."""
    fault = re.search(rf'id="{field}-fault">.*?</svg>\s*([^<]+)</p>', page, re.DOTALL)
    assert fault
    return fault[1].strip()


def prompts(batch: Batch) -> list[str]:
    """What is painted, in order."""
    return [job.prompt for job in batch_jobs(batch)]


def grid(owner: User, *states: str) -> Batch:
    """Two columns of steps, and rows of guidance."""
    rows = [str(number) for number in range(len(states) // 2)]
    axes = {
        "x": {"field": "steps", "label": "Steps", "values": ["4", "8"]},
        "y": {"field": "guidance", "label": "Guidance", "values": rows},
    }
    return make_batch(owner, *states, kind="grid", axes=axes, title="Cats")


def test_each_line_of_a_list_becomes_a_job_and_leads_to_the_sheet(browser: Client) -> None:
    asked = {"prompt": "a cat\r\n\r\n  a dog  \r\n", "batch": "list", "steps": "4", "size": "256x256", "count": "2"}

    answer = browser.post("/studio/", asked)

    batch = Batch.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/studio/batches/{batch.pk}/")
    assert prompts(batch) == ["a cat", "a dog"]
    assert {(job.recipe.steps, job.recipe.width, job.count) for job in batch_jobs(batch)} == {(4, 256, 2)}


def test_scripts_are_led_there_too(browser: Client) -> None:
    answer = browser.post("/studio/", {"prompt": "a | b", "batch": "matrix"}, headers=HTMX)

    batch = Batch.objects.get()
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, f"/studio/batches/{batch.pk}/")
    assert prompts(batch) == ["a", "a, b"]


def test_a_grid_takes_its_axes_from_the_tray(browser: Client) -> None:
    axes = {"x_field": "prompt", "x_values": 'cat, "dog, big"', "y_field": "steps", "y_values": "4,8,"}

    browser.post("/studio/", {"prompt": "a cat", "batch": "grid", **axes})

    jobs = [(job.prompt, job.recipe.steps) for job in batch_jobs(Batch.objects.get())]
    assert jobs == [("a cat", 4), ("a dog, big", 4), ("a cat", 8), ("a dog, big", 8)]


def test_a_grid_may_have_one_row(browser: Client) -> None:
    browser.post(
        "/studio/", {"prompt": "a cat", "batch": "grid", "x_field": "seed", "x_values": "1, -1", "y_field": ""}
    )

    assert [len(axis["values"]) for axis in Batch.objects.get().axes.values()] == [2]


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        ("steps", "4, 8", (4, 8)),
        ("steps", "4, few", (4, "few")),
        ("guidance", "2.5,5", (2.5, 5.0)),
        ("size", "512x512 , 256x256", ("512x512", "256x256")),
        ("prompt", 'a, "b, c", d"e', ("a", "b, c", 'd"e')),
        ("prompt", "a,\rb\r\nc", ("a", "b c")),
        ("guidance", "1e999", (math.inf,)),
        ("prompt", " , ", ()),
        ("prompt", "", ()),
    ],
)
def test_values_stand_between_commas(field: str, text: str, values: tuple[object, ...]) -> None:
    assert axis_values(field, text) == values


GRID = {"batch": "grid", "x_field": "steps", "x_values": "4, 8"}
FAULTS: dict[str, tuple[dict[str, str], str, str]] = {
    "an empty list": ({"batch": "list", "prompt": " \n "}, "prompt", "Say what to paint: the prompt is empty."),
    "a line that is too long": (
        {"batch": "list", "prompt": "x\n\n" + "y" * 4001},
        "prompt",
        "Line 3: Keep prompt to 4,000 characters; this has 4,001.",
    ),
    "a wrong option": ({"batch": "list", "steps": "0"}, "steps", "steps must be between 1 and 150."),
    "65 lines": ({"batch": "list", "prompt": "x\n" * 65}, "prompt", "A batch has at most 64 jobs; this would make 65."),
    "no values across": ({**GRID, "x_values": ""}, "x_values", "Say at least one value, with commas between several."),
    "no values down": (
        {**GRID, "y_field": "seed", "y_values": ","},
        "y_values",
        "Say at least one value, with commas between several.",
    ),
    "words for steps": ({**GRID, "x_values": "4, few"}, "x_values", "Value 2 must be a whole number."),
    "too many steps": ({**GRID, "x_values": "4, 999"}, "x_values", "Value 2 must be between 1 and 150."),
    "more than can be read": ({**GRID, "x_values": "4," * 10_001}, "x_values", "Keep this to 20,000 characters."),
    "steps without end": ({**GRID, "x_values": "9" * 400}, "x_values", "Value 1 must be a smaller number."),
    "guidance without end": (
        {**GRID, "x_field": "guidance", "x_values": "1e999"},
        "x_values",
        "Value 1 must be between 0 and 30.",
    ),
    "the same twice": (
        {**GRID, "y_field": "steps", "y_values": "4"},
        "y_values",
        "Choose something else than across.",
    ),
    "an unknown axis": ({**GRID, "x_field": "aura"}, "x_field", "There is nothing by that name."),
    "no bars": (
        {"batch": "matrix"},
        "prompt",
        "prompt has no bar. Put optional parts behind bars: a harbour | fog | night.",
    ),
    "one search on both axes": (
        {"batch": "grid", "x_field": "prompt", "x_values": "cat", "y_field": "prompt", "y_values": "cat"},
        "y_values",
        "Search for something else than across.",
    ),
    "a search that is not there": (
        {"batch": "grid", "x_field": "prompt", "x_values": "whale, dog"},
        "x_values",
        "Value 1 is searched for in the prompt, and not found.",
    ),
    "an unknown kind": ({"batch": "spiral"}, "batch", "There is nothing by that name."),
}


@pytest.mark.parametrize(("asked", "field", "sentence"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_stands_beside_its_field_and_nothing_is_queued(
    browser: Client, asked: dict[str, str], field: str, sentence: str
) -> None:
    answer = browser.post("/studio/", {"prompt": "a cat", **asked}, headers=HTMX)

    assert answer.status_code == 422
    assert fault_of(answer.text, field) == sentence
    assert '<details class="options batch" open>' in answer.text
    assert (Batch.objects.count(), Job.objects.count()) == (0, 0)


def test_what_was_typed_survives_a_fault(browser: Client) -> None:
    page = browser.post("/studio/", {"prompt": "a cat", **GRID, "x_values": '4, "<few>"', "y_field": "seed"}).text

    assert 'value="4, &quot;&lt;few&gt;&quot;"' in page
    assert '<option value="seed" selected>' in page
    assert 'value="grid" checked' in page


def test_a_sheet_stands_in_its_rows_and_columns(browser: Client, alice: User) -> None:
    batch = grid(alice, "succeeded", "failed", "queued", "cancelled")

    page = browser.get(f"/studio/batches/{batch.pk}/").text

    heads = re.findall(r'<th scope="(\w+)" class="small" dir="auto">(.*?)</th>', page)
    assert heads == [("col", "4"), ("col", "8"), ("row", "0"), ("row", "1")]
    assert re.findall(r'class="cell is-(\w+)" id="cell-(\d)"', page) == [
        ("succeeded", "0"),
        ("failed", "1"),
        ("queued", "2"),
        ("cancelled", "3"),
    ]
    assert "1 of 4 painted, 1 waiting, 1 failed, 1 stopped" in page


def test_a_place_whose_job_was_removed_stays_empty(browser: Client, alice: User) -> None:
    batch = grid(alice, "queued", "queued", "queued", "queued")
    Job.objects.filter(batch_index=1).delete()

    page = browser.get(f"/studio/batches/{batch.pk}/").text

    assert re.findall(r'id="cell-(\d)"', page) == ["0", "2", "3"]
    assert "<td></td>" in page


def test_a_batch_whose_jobs_were_removed_says_so(browser: Client, alice: User) -> None:
    batch = grid(alice)

    assert "The jobs of this batch were removed." in browser.get(f"/studio/batches/{batch.pk}/").text


def test_a_picture_leads_to_where_it_hangs_and_several_to_their_job(browser: Client, alice: User) -> None:
    batch = make_batch(alice, "queued", "queued")
    alone, several = batch_jobs(batch)
    Job.objects.update(state="succeeded")
    Job.objects.filter(pk=several.pk).update(count=2)
    works = [hang(alice, key=key) for key in (alone.origin_key(0), several.origin_key(0), several.origin_key(1))]

    page = browser.get(f"/studio/batches/{batch.pk}/").text

    assert f'href="{works[0].get_absolute_url()}"' in page
    assert f'href="/studio/?job={several.pk}"' in page
    assert "2 pictures" in page


def test_each_reason_for_failing_is_told_once_with_its_number(browser: Client, alice: User) -> None:
    batch = make_batch(alice, "failed", "failed", "failed")
    Job.objects.filter(batch_index=2).update(error="The model <x> is gone.")

    page = browser.get(f"/studio/batches/{batch.pk}/").text

    assert re.findall(r'<li class="fault">.*?<span>(.*?)</span></li>', page, re.DOTALL) == [
        "2 times: It failed.",
        "The model &lt;x&gt; is gone.",
    ]


def test_what_is_being_painted_shows_its_newest_frame(browser: Client, alice: User) -> None:
    batch = make_batch(alice, "running", "queued")
    keep_frame(batch_jobs(batch)[0].pk, Frame(3, b"a jpeg"))

    page = browser.get(f"/studio/batches/{batch.pk}/").text

    assert 'src="data:image/jpeg;base64,YSBqcGVn"' in page
    assert "50 %" in page


def test_the_sheet_asks_again_while_anything_is_to_come_and_gets_nothing_until_it_changed(
    browser: Client, alice: User
) -> None:
    batch = make_batch(alice, "running", "queued")
    page = browser.get(f"/studio/batches/{batch.pk}/").text
    again = re.search(r'hx-get="([^"]+)" hx-trigger="every 2s"', page)
    assert again

    same = browser.get(again[1], headers=HTMX)
    Job.objects.update(progress=0.75)
    other = browser.get(again[1], headers=HTMX)

    assert (same.status_code, same.content) == (204, b"")
    assert (other.status_code, "75 %" in other.text, "<html" in other.text) == (200, True, False)


def test_a_sheet_that_is_over_asks_no_more(browser: Client, alice: User) -> None:
    page = browser.get(f"/studio/batches/{make_batch(alice, 'succeeded', 'failed').pk}/").text

    assert "hx-trigger" not in page
    assert "http-equiv" not in page


def test_without_scripts_an_unfinished_sheet_comes_again_by_itself(browser: Client, alice: User) -> None:
    page = browser.get(f"/studio/batches/{make_batch(alice, 'queued').pk}/").text

    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "No painter is awake." in page


def test_stopping_all_and_painting_again_by_button(browser: Client, alice: User) -> None:
    batch = make_batch(alice, "succeeded", "running", "queued")

    stopped = browser.post(f"/studio/batches/{batch.pk}/cancel/")
    again = browser.post(f"/studio/batches/{batch.pk}/retry/", {"state": "cancelled"}, headers=HTMX)

    assert (stopped.status_code, stopped.headers["Location"]) == (302, f"/studio/batches/{batch.pk}/")
    assert "1 of 3 painted, 2 waiting" in again.text
    assert [job.state for job in batch_jobs(batch)] == ["succeeded", "queued", "queued"]


def test_a_button_that_asks_for_nonsense_changes_nothing(browser: Client, alice: User) -> None:
    batch = make_batch(alice, "succeeded")

    assert browser.post(f"/studio/batches/{batch.pk}/retry/", {"state": "succeeded"}).status_code == 422
    assert Job.objects.get().state == "succeeded"


@pytest.mark.parametrize("path", ["", "cancel/", "retry/"])
def test_strangers_find_nothing_and_change_nothing(alice: User, mallory: User, path: str) -> None:
    batch = make_batch(alice, "queued", "failed")
    client = Client()
    client.force_login(mallory)
    address = f"/studio/batches/{batch.pk}/{path}"

    answer = client.post(address) if path else client.get(address)

    assert answer.status_code == 404
    assert [job.state for job in batch_jobs(batch)] == ["queued", "failed"]
    assert "No batch was ordered yet." in client.get("/studio/batches/").text


def test_staff_may_look_after_it(alice: User, admin: User) -> None:
    batch = make_batch(alice, "queued")
    client = Client()
    client.force_login(admin)

    assert client.get(f"/studio/batches/{batch.pk}/").status_code == 200


def test_visitors_are_shown_the_door(client: Client, alice: User) -> None:
    batch = make_batch(alice, "queued")
    addresses = ["/studio/batches/", f"/studio/batches/{batch.pk}/"]

    assert [client.get(address).headers["Location"] for address in addresses] == [
        f"/login/?next={address}" for address in addresses
    ]


def test_the_queue_strip_shows_a_batch_as_one_thing_in_its_turn(browser: Client, alice: User) -> None:
    make_job(alice)
    batch = make_batch(alice, "running", "queued", "succeeded", "failed", title="Cats")

    page = browser.get("/studio/queue/").text

    assert "My queue, 2" in page
    assert page.count("<li") == 2
    assert page.index("Cats") < page.index("a lighthouse at dusk")
    assert "painting, 2 of 4 done, 1 failed" in page
    assert f'href="/studio/batches/{batch.pk}/"' in page


def test_a_batch_is_stopped_from_the_strip_which_comes_again(browser: Client, alice: User) -> None:
    batch = make_batch(alice, "queued", "queued")

    answer = browser.post(f"/studio/batches/{batch.pk}/cancel/", headers={**HTMX, "HX-Target": "queue"})

    assert "My queue is empty" in answer.text
    assert {job.state for job in batch_jobs(batch)} == {"cancelled"}


def test_a_job_on_the_easel_leads_to_its_batch(browser: Client, alice: User) -> None:
    batch = make_batch(alice, "queued")

    page = browser.get(f"/studio/?job={batch_jobs(batch)[0].pk}").text

    assert f'href="/studio/batches/{batch.pk}/">See its batch</a>' in page


def test_the_list_shows_the_first_pictures_of_each(browser: Client, alice: User) -> None:
    batch, _empty = make_batch(alice, *["queued"] * 8), make_batch(alice, "failed")
    jobs = list(batch_jobs(batch))
    works = [hang(alice, key=job.origin_key(0), seed=number) for number, job in enumerate(jobs)]
    Job.objects.filter(batch=batch).exclude(batch_index=1).update(state="succeeded")

    page = browser.get("/studio/batches/").text

    shown = [works[index].thumbnails for index in (0, 2, 3, 4, 5)]
    assert re.findall(r'<img src="/media/([^"]+)"', page) == [names[min(names, key=int)] for names in shown]


def test_the_list_of_batches_has_pages(browser: Client, alice: User) -> None:
    for number in range(25):
        make_batch(alice, "queued", title=f"Batch {number}")

    first = browser.get("/studio/batches/").text
    older = re.search(r'href="(\?after=[^"]+)">Older batches', first)
    assert older
    second = browser.get(f"/studio/batches/{older[1]}").text

    assert (first.count("<li>"), second.count("<li>")) == (24, 1)
    assert "Batch 0" in second


@pytest.mark.parametrize(
    ("path", "expected"),
    # The session and the person come first.
    [("/studio/batches/", 2 + 4), ("/studio/batches/{}/", 2 + 5), ("/studio/queue/", 2 + 15)],
    ids=["list", "sheet", "queue"],
)
def test_a_page_costs_the_same_queries_however_much_it_shows(
    browser: Client, alice: User, path: str, expected: int
) -> None:
    counts = []
    for many in (2, 8):
        batches = [make_batch(alice, *["queued", "succeeded"] * many) for _ in range(many)]
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path.format(batches[0].pk)).status_code == 200
        counts.append(len(queries))

    assert counts == [expected, expected]
