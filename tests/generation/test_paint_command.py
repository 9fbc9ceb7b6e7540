"""`manage.py paint`, with and without a running studio."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from PIL import Image

from aria_site.accounts.services import owner_ensure
from gallery.models import Artwork
from generation import easel
from generation.engine.contract import EngineError, PaintingEngine
from generation.engine.fake import FakeEngine
from generation.models import Job, StoredPicture, Worker
from generation.worker import StudioWorker
from tests.support.pictures import hang

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("starter_model")]

WorkerOf: TypeAlias = Callable[[PaintingEngine], StudioWorker]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    """The engine that a command without a studio builds for itself."""
    failures: dict[str, EngineError] = {}
    engine = FakeEngine(failures=failures)
    monkeypatch.setattr(easel, "engine_build", lambda: engine)
    yield engine
    engine.close()


def paint(*arguments: str) -> str:
    """What the command prints on standard output."""
    out = io.StringIO()
    call_command("paint", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_paints_here_when_no_studio_runs_and_prints_the_files(engine: FakeEngine) -> None:
    printed = paint("a cat", "--count", "4", "--seed", "7", "--size", "256x192", "--steps", "3")

    files = [Path(line) for line in printed.splitlines()]
    assert len(files) == 4
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in files)
    assert sorted(work.recipe.seed for work in Artwork.objects.all()) == [7, 8, 9, 10]
    assert {(work.width, work.height) for work in Artwork.objects.all()} == {(256, 192)}
    assert Worker.objects.count() == 0


def test_json_is_one_document_and_nothing_else(engine: FakeEngine) -> None:
    document = json.loads(paint("a cat", "--json", "--seed", "3"))

    work = Artwork.objects.get()
    assert (document["status"], document["error"], document["recipe"]["seed"]) == ("succeeded", None, 3)
    assert [(entry["id"], entry["seed"], entry["sha256"]) for entry in document["artworks"]] == [
        (str(work.pk), 3, work.sha256)
    ]


def test_copies_go_where_they_are_wanted(engine: FakeEngine, tmp_path: Path) -> None:
    paint("a cat", "--seed", "3", "--out", str(tmp_path / "pictures"))

    work = Artwork.objects.get()
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == [f"3-{work.pk.hex[:8]}.png"]


def test_paints_over_a_file_where_its_mask_is_white(engine: FakeEngine, tmp_path: Path) -> None:
    source, mask = tmp_path / "boat.png", tmp_path / "mask.png"
    Image.new("RGB", (256, 256), (20, 90, 160)).save(source)
    Image.new("L", (256, 256), 255).save(mask)

    paint("a red boat", "--source", str(source), "--mask", str(mask), "--strength", "0.5")

    recipe = Artwork.objects.get().recipe
    assert {recipe.source, recipe.mask} == set(StoredPicture.objects.values_list("sha256", flat=True))
    assert (recipe.strength, recipe.guide) == (0.5, None)


def test_paints_over_an_artwork_by_its_id(engine: FakeEngine) -> None:
    parent = hang(owner_ensure())

    paint("a red boat", "--source", str(parent.pk), "--strength", "0.5")

    assert Artwork.objects.exclude(pk=parent.pk).get().parent == parent


def test_a_file_that_is_no_picture_is_named_and_nothing_is_queued(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")

    with pytest.raises(CommandError, match=r"notes\.txt: `file` is no picture"):
        paint("a boat", "--source", str(tmp_path / "notes.txt"))

    assert not Job.objects.exists()


def test_a_source_that_is_nowhere_is_named_and_nothing_is_queued(engine: FakeEngine) -> None:
    with pytest.raises(CommandError, match=r"source: There is no picture"):
        paint("a boat", "--source", "boat.png")

    assert not Job.objects.exists()


def test_a_running_studio_paints_it(engine: FakeEngine, worker_of: WorkerOf) -> None:
    studio = worker_of(FakeEngine())
    studio.start()
    stop = threading.Event()

    def serve() -> None:
        while not stop.wait(0.02):
            studio.paint_claimable()
        connections.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    paint("a cat")
    stop.set()
    thread.join()
    studio.stop()

    assert (Job.objects.get().worker, engine.submitted) == (studio.boot_id, [])


def test_fails_unless_every_picture_was_stored(engine: FakeEngine) -> None:
    engine.failures = {"*": EngineError("The model cannot be read.", code="model_refused")}

    with pytest.raises(SystemExit) as end:
        paint("a cat")

    assert end.value.code == 1
    assert Artwork.objects.count() == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["", "--steps", "0"],
            "prompt: Say what to paint: the prompt is empty.\nsteps: `steps` must be between 1 and 150.",
        ),
        (["x", "--size", "513x256"], "width: `width` must be a multiple of 32 for this model: 512 would do."),
        (["x", "--size", "big"], "Error: argument --size: “big” is no size; write it as 256x256"),
    ],
)
def test_refuses_with_a_sentence_and_queues_nothing(engine: FakeEngine, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        paint(*arguments)

    assert str(refusal.value) == sentence
    assert Job.objects.count() == 0
