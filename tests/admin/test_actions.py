"""What administrators can do to jobs, artworks and models: by services, after being asked."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from model_bakery import baker

from aria_site.accounts.models import User
from gallery.models import Artwork
from generation.models import DiffusionModel, Job
from tests.support.rows import make_artwork, make_batch, make_job

TOKEN = "x" * 32


@pytest.fixture
def as_admin(admin: User, client_of: Callable[[User], Client]) -> Client:
    client = client_of(admin)
    client.cookies["csrftoken"] = TOKEN
    return client


def press(client: Client, rows: list[Any], action: str, *, confirmed: bool = True) -> Any:
    model = type(rows[0])
    form = {"action": action, "_selected_action": [str(row.pk) for row in rows], "csrfmiddlewaretoken": TOKEN}
    form |= {"confirmed": "Yes"} if confirmed else {}
    return client.post(f"/admin/{model._meta.app_label}/{model._meta.model_name}/", form, follow=True)


def test_an_action_asks_first_and_changes_nothing_until_it_is_confirmed(as_admin: Client, bob: User) -> None:
    job = make_job(bob)

    page = press(as_admin, [job], "cancel", confirmed=False)

    assert "Stop these jobs?" in page.content.decode()
    assert str(job.pk) in page.content.decode()
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_jobs_are_stopped_and_it_is_noted_for_those_that_changed(as_admin: Client, admin: User, bob: User) -> None:
    queued, over = make_job(bob), make_job(bob, state=Job.State.SUCCEEDED)

    page = press(as_admin, [queued, over], "cancel")

    assert "Done for 1. 1 had to be left as they are." in page.content.decode()
    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {queued.pk: "cancelled", over.pk: "succeeded"}
    assert list(LogEntry.objects.values_list("object_id", "user")) == [(str(queued.pk), admin.pk)]


def test_failed_jobs_are_queued_again_once_however_often_it_is_pressed(as_admin: Client, bob: User) -> None:
    job = make_job(bob, state=Job.State.FAILED, error="It failed.")

    for _ in range(10):
        press(as_admin, [job], "retry")

    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.QUEUED, "")
    assert LogEntry.objects.count() == 1


def test_batches_are_stopped_and_their_failed_jobs_queued_again(as_admin: Client, bob: User) -> None:
    batch, done = make_batch(bob, "queued", "failed", "succeeded"), make_batch(bob, "succeeded")

    stopped = press(as_admin, [batch, done], "cancel")
    press(as_admin, [batch, done], "retry")

    assert "Done for 1. 1 had to be left as they are." in stopped.content.decode()
    assert list(batch.jobs.order_by("batch_index").values_list("state", flat=True)) == [
        "cancelled",
        "queued",
        "succeeded",
    ]
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {str(batch.pk)}


def test_the_list_of_batches_says_how_far_they_are(as_admin: Client, bob: User) -> None:
    make_batch(bob, "queued", "failed", "succeeded", "running")

    page = as_admin.get("/admin/generation/batch/").content.decode()

    assert "2 of 4" in page


@pytest.mark.parametrize(
    ("action", "state"), [("hang", "hung"), ("cut", "cut"), ("trash", "trashed")], ids=["hang", "cut", "trash"]
)
def test_artworks_are_moved(as_admin: Client, bob: User, action: str, state: str) -> None:
    works = [make_artwork(bob, state=before) for before in Artwork.State.values]

    press(as_admin, works, action)

    assert set(Artwork.objects.values_list("state", flat=True)) == {state}
    assert LogEntry.objects.count() == 2


def test_an_artwork_is_renamed_without_touching_what_it_was_painted_from(as_admin: Client, bob: User) -> None:
    work = make_artwork(bob)
    before = Artwork.objects.values().get()

    form = {"title": "Low tide", "alt": before["alt"], "state": "cut", "csrfmiddlewaretoken": TOKEN, "sha256": "x"}
    answer = as_admin.post(f"/admin/gallery/artwork/{work.pk}/change/", form)

    assert answer.status_code == 302
    assert Artwork.objects.values().get() == before | {"title": "Low tide", "state": "cut"}


def test_one_model_is_made_the_default(as_admin: Client) -> None:
    DiffusionModel.objects.all().delete()
    old = baker.make(DiffusionModel, name="old", is_default=True)
    new = baker.make(DiffusionModel, name="new", is_default=False)

    press(as_admin, [new], "make_default")

    assert list(DiffusionModel.objects.filter(is_default=True)) == [new]
    page = press(as_admin, [old, new], "make_default")
    assert "Choose one model" in page.content.decode()
    assert list(DiffusionModel.objects.filter(is_default=True)) == [new]


@pytest.mark.parametrize("path", ["job", "worker"])
def test_ledgers_are_written_by_services_alone(as_admin: Client, bob: User, path: str) -> None:
    job = make_job(bob)

    assert as_admin.get(f"/admin/generation/{path}/add/").status_code == 403
    changed = as_admin.post(
        f"/admin/generation/job/{job.pk}/change/", {"state": "succeeded", "csrfmiddlewaretoken": TOKEN}
    )
    assert changed.status_code == 403
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_artworks_are_never_deleted_by_hand(as_admin: Client, bob: User) -> None:
    work = make_artwork(bob)

    answer = as_admin.post(f"/admin/gallery/artwork/{work.pk}/delete/", {"post": "yes", "csrfmiddlewaretoken": TOKEN})

    assert answer.status_code == 403
    assert Artwork.objects.count() == 1


@pytest.mark.parametrize("given", [[], ["view_job"]], ids=["nothing", "to look"])
def test_staff_without_the_right_to_change_cannot_act(
    bob: User, client_of: Callable[[User], Client], given: list[str]
) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.set(Permission.objects.filter(codename__in=given))
    client, job = client_of(bob), make_job(bob)
    client.cookies["csrftoken"] = TOKEN

    press(client, [job], "cancel")

    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_lease_tokens_are_not_shown(as_admin: Client, bob: User) -> None:
    token = uuid4()
    job = make_job(bob, state=Job.State.RUNNING, lease_token=token, lease_expires_at=timezone.now())

    page = as_admin.get(f"/admin/generation/job/{job.pk}/change/").content.decode()

    assert str(token) not in page
    assert token.hex not in page
