"""Painting an artwork again: nothing is hung, and the verdict says how alike the pictures are and why they are not."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from aria_site.accounts.models import User
from aria_site.kernel.problems import ConflictError
from gallery.models import Artwork
from gallery.rendering import artwork_render
from generation.engine.contract import EngineError, PaintingEngine
from generation.engine.fake import FakeEngine, fake_pixels
from generation.management.commands import reproduce
from generation.models import DiffusionModel, Job, Reproduction
from generation.services import job_cancel, job_submit, reproduction_submit
from generation.specs import JobSpec
from generation.verdicts import verdict_sentence
from generation.worker import StudioWorker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter_model")]

WorkerOf: TypeAlias = Callable[[PaintingEngine], StudioWorker]
ClientOf: TypeAlias = Callable[[User], Client]


@pytest.fixture
def artwork(alice: User, fake_engine: FakeEngine, worker_of: WorkerOf) -> Artwork:
    """The second of three pictures that alice had painted."""
    job_submit(owner=alice, spec=JobSpec(prompt="a cat", seed=1, count=3))
    worker_of(fake_engine).paint_claimable()
    return Artwork.objects.get(origin_key__endswith=":1")


def painted_again(artwork: Artwork, worker: StudioWorker) -> Reproduction:
    job = reproduction_submit(artwork=artwork, owner=artwork.owner)
    worker.paint_claimable()
    return Reproduction.objects.select_related("job").get(job=job)


def brighten(artwork: Artwork, levels: int) -> None:
    """Hang something else under the artwork's name."""
    pixels = np.clip(fake_pixels(artwork.recipe).astype(int) + levels, 0, 255).astype(np.uint8)
    default_storage.delete(artwork.file)
    default_storage.save(artwork.file, ContentFile(artwork_render(pixels, artwork.recipe).master))


def test_the_same_engine_paints_every_pixel_again_and_hangs_nothing(
    artwork: Artwork, worker_of: WorkerOf, media: Path
) -> None:
    files = sorted(media.rglob("*"))

    reproduction = painted_again(artwork, worker_of(FakeEngine()))

    assert (reproduction.verdict, reproduction.psnr, reproduction.largest_difference) == ("identical", None, 0)
    assert (reproduction.job.state, reproduction.job.count, reproduction.job.recipe.seed) == ("succeeded", 1, 2)
    assert (reproduction.facts["device"], reproduction.facts["worker"]) == ("fake", "gpu1@test")
    assert verdict_sentence(reproduction) == "Every pixel is the same."
    assert Artwork.objects.count() == 3
    assert sorted(media.rglob("*")) == files


def test_a_changed_model_is_named(artwork: Artwork, worker_of: WorkerOf) -> None:
    reproduction = painted_again(artwork, worker_of(FakeEngine(revision="another")))

    assert (reproduction.verdict, reproduction.differing) == ("different", "model revision")
    assert (reproduction.before, reproduction.now) == ("0123456789ab", "another")
    assert verdict_sentence(reproduction).endswith(
        "The first thing that differs is the model revision: 0123456789ab, now another."
    )


def test_another_machine_may_be_off_by_a_little(artwork: Artwork, worker_of: WorkerOf) -> None:
    Artwork.objects.filter(pk=artwork.pk).update(facts={**artwork.facts, "device": "cuda:1"})
    brighten(artwork, 1)

    reproduction = painted_again(artwork, worker_of(FakeEngine()))

    assert (reproduction.verdict, reproduction.largest_difference) == ("within_tolerance", 1)
    assert verdict_sentence(reproduction) == (
        f"The same to the eye: no colour is off by more than 1 grey level of 255 (PSNR {reproduction.psnr:.1f} dB). "
        "The first thing that differs is the device: cuda, now fake."
    )


def test_a_difference_that_nothing_explains_is_told_as_one(artwork: Artwork, worker_of: WorkerOf) -> None:
    brighten(artwork, 40)

    reproduction = painted_again(artwork, worker_of(FakeEngine()))

    assert (reproduction.verdict, reproduction.differing) == ("different", "")
    assert "Nothing that Aria writes down" in verdict_sentence(reproduction)


def test_a_missing_file_fails_the_job_with_a_sentence(artwork: Artwork, worker_of: WorkerOf) -> None:
    default_storage.delete(artwork.file)

    reproduction = painted_again(artwork, worker_of(FakeEngine()))

    assert (reproduction.verdict, reproduction.job.error_code) == ("", "picture_missing")
    assert verdict_sentence(reproduction).startswith("It could not be painted again. The file of this artwork")


def test_a_damaged_file_fails_the_job_with_the_same_sentence(
    artwork: Artwork, worker_of: WorkerOf, media: Path
) -> None:
    path = media / artwork.file
    content = bytearray(path.read_bytes())
    content[11] ^= 1
    path.write_bytes(content)

    reproduction = painted_again(artwork, worker_of(FakeEngine()))

    assert (reproduction.verdict, reproduction.job.error_code) == ("", "picture_missing")


def test_an_artwork_removed_meanwhile_fails_the_job(artwork: Artwork, worker_of: WorkerOf) -> None:
    job = reproduction_submit(artwork=artwork, owner=artwork.owner)
    artwork.delete()

    worker_of(FakeEngine()).paint_claimable()

    assert (Job.objects.get(pk=job.pk).error_code, Reproduction.objects.count()) == ("artwork_gone", 0)


def test_a_painting_that_fails_leaves_no_verdict(artwork: Artwork, worker_of: WorkerOf) -> None:
    engine = FakeEngine(failures={"*": EngineError("The model cannot be read.", code="model_refused")})

    reproduction = painted_again(artwork, worker_of(engine))

    assert (reproduction.verdict, reproduction.judged_at) == ("", None)
    assert verdict_sentence(reproduction) == "It could not be painted again. The model cannot be read."


def test_asking_twice_is_one_job_until_it_is_over(artwork: Artwork, alice: User, worker_of: WorkerOf) -> None:
    first = reproduction_submit(artwork=artwork, owner=alice)
    assert reproduction_submit(artwork=artwork, owner=alice) == first

    job_cancel(job=first)

    assert reproduction_submit(artwork=artwork, owner=alice) != first
    assert Reproduction.objects.count() == 2


def test_a_model_that_is_gone_is_refused_and_nothing_is_queued(artwork: Artwork, alice: User) -> None:
    DiffusionModel.objects.all().delete()

    with pytest.raises(ConflictError, match="The model “starter” is not registered any more"):
        reproduction_submit(artwork=artwork, owner=alice)

    assert Job.objects.filter(kind="reproduction").count() == 0


def told(artwork: Artwork, *arguments: str) -> str:
    output = StringIO()
    call_command("reproduce", str(artwork.pk), *arguments, stdout=output)
    return output.getvalue().strip()


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch, worker_of: WorkerOf) -> FakeEngine:
    """The engine that paints for the command."""
    engine = FakeEngine()
    worker = worker_of(engine)

    def see_through(job: Job, *, on_progress: Callable[[Job], None]) -> Job:
        worker.paint_claimable(job.pk)
        job.refresh_from_db()
        on_progress(job)
        return job

    monkeypatch.setattr(reproduce, "job_see_through", see_through)
    return engine


@pytest.mark.usefixtures("painter")
def test_the_command_prints_the_verdict(artwork: Artwork) -> None:
    assert told(artwork) == "Every pixel is the same."
    assert json.loads(told(artwork, "--json"))["verdict"] == "identical"


def test_the_command_ends_with_one_where_the_pictures_differ(artwork: Artwork, painter: FakeEngine) -> None:
    painter.revision = "another"

    with pytest.raises(SystemExit) as ended:
        told(artwork)

    assert ended.value.code == 1


def test_the_command_knows_no_artwork_by_another_id(artwork: Artwork) -> None:
    artwork.pk = artwork.owner.jobs.get().pk

    with pytest.raises(CommandError, match="There is no artwork"):
        told(artwork)


def fragment(client: Client, artwork: Artwork) -> str:
    answer = client.get(f"/studio/artworks/{artwork.pk}/reproduction/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def press(client: Client, artwork: Artwork, **headers: str) -> int:
    client.cookies["csrftoken"] = "x" * 32
    sent = {"csrfmiddlewaretoken": "x" * 32}
    return client.post(f"/studio/artworks/{artwork.pk}/reproduce/", sent, headers=headers).status_code


def test_the_page_asks_for_the_fragment(artwork: Artwork, client: Client) -> None:
    page = client.get(artwork.get_absolute_url()).content.decode()

    assert f'hx-get="/studio/artworks/{artwork.pk}/reproduction/" hx-trigger="load"' in page


def test_the_owner_presses_a_button_and_reads_the_verdict(
    artwork: Artwork, alice: User, client_of: ClientOf, worker_of: WorkerOf
) -> None:
    client = client_of(alice)
    assert "Paint it again and compare" in fragment(client, artwork)

    assert press(client, artwork, **{"HX-Request": "true"}) == 200
    waiting = fragment(client, artwork)
    assert "It waits to be painted again." in waiting
    assert 'hx-trigger="load delay:1s"' in waiting
    assert "<form" not in waiting

    worker_of(FakeEngine()).paint_claimable()
    over = fragment(client, artwork)
    assert "Every pixel is the same." in over
    assert "on fake in float32, by gpu1<" in over
    assert "Paint it again and compare" in over


def test_without_scripts_the_button_leads_back_to_the_page(artwork: Artwork, alice: User, client_of: ClientOf) -> None:
    assert press(client_of(alice), artwork) == 302
    assert Reproduction.objects.count() == 1


def test_a_refusal_stands_beside_the_button(artwork: Artwork, alice: User, client_of: ClientOf) -> None:
    DiffusionModel.objects.all().delete()
    client = client_of(alice)
    client.cookies["csrftoken"] = "x" * 32

    answer = client.post(
        f"/studio/artworks/{artwork.pk}/reproduce/",
        {"csrfmiddlewaretoken": "x" * 32},
        headers={"HX-Request": "true"},
    )

    assert "is not registered any more" in answer.content.decode()


def test_strangers_and_visitors_read_verdicts_and_change_nothing(
    artwork: Artwork, mallory: User, client: Client, client_of: ClientOf, worker_of: WorkerOf
) -> None:
    assert fragment(client, artwork).strip() == ""
    painted_again(artwork, worker_of(FakeEngine()))

    for browser, status in ((client, 302), (client_of(mallory), 404)):
        seen = fragment(browser, artwork)
        assert "Every pixel is the same." in seen
        assert "<form" not in seen
        assert press(browser, artwork) == status
    assert Reproduction.objects.count() == 1
