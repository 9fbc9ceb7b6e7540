"""Resume: a painting goes on from its checkpoint and ends with the same bytes as one that was never interrupted."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from aria_site.kernel.recipe import Recipe
from generation.engine.checkpoint_files import checkpoint_path, checkpoint_progress, metadata_read
from generation.engine.checkpoints import CheckpointError, CheckpointWriter, PaintingKey, Snapshot, restore, snapshot
from generation.engine.contract import EngineError, ModelSource, PaintingCancelledError, Stage
from generation.engine.devices import DevicePlan, device_plan
from generation.engine.engine import Engine
from generation.engine.families import SteppedFamily, family_of
from generation.engine.pool import Pool
from generation.engine.samplers import SAMPLER_NAMES
from generation.engine.stepper import Painting
from generation.engine.whole_call import WholeCall
from tests.generation.engine.conftest import CallCounter
from tests.generation.engine.paintings import REAL, order, outcome_of

pytestmark = REAL


@pytest.fixture(scope="module")
def plan() -> DevicePlan:
    torch.set_num_threads(1)
    return device_plan("cpu", "float32", ram_budget_bytes=None, vram_budget_bytes=None)


@pytest.fixture(scope="module")
def family(starter_like_model: Path, plan: DevicePlan) -> SteppedFamily:
    model = Pool(plan).get(ModelSource(name="tiny", folder=starter_like_model, revision="1"))
    family = family_of(model, plan)
    assert not isinstance(family, WholeCall)
    return family


@pytest.fixture
def writer() -> Iterator[CheckpointWriter]:
    writer = CheckpointWriter(every_s=0.0)
    yield writer
    writer.close()


def key_of(recipe: Recipe, indices: tuple[int, ...] = (0, 1)) -> PaintingKey:
    libraries = (("torch", "2"),)
    return PaintingKey(recipe=recipe, indices=indices, revision="1", device="cpu", dtype="float32", libraries=libraries)


def begin(family: SteppedFamily, recipe: Recipe) -> Painting:
    with torch.inference_mode():
        return family.begin((recipe, recipe.for_picture(1)), None)


def run(family: SteppedFamily, painting: Painting, calls: int = 1000) -> torch.Tensor:
    with torch.inference_mode():
        while not painting.done and calls:
            painting.advance(family.stepper.predict([painting])[0])
            calls -= 1
    return painting.latents


@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_goes_on_bit_for_bit_when_it_is_killed_after_every_single_call(
    family: SteppedFamily, writer: CheckpointWriter, tmp_path: Path, sampler: str
) -> None:
    recipe = order(steps=20, sampler=sampler).recipe
    unhindered, killed = begin(family, recipe), begin(family, recipe)

    for call in range(1, unhindered.calls + 1):
        expected = run(family, unhindered, 1)
        run(family, killed, 1)
        writer.keep(snapshot(killed, key_of(recipe), tmp_path))
        writer.flush(tmp_path)
        killed = begin(family, recipe)
        assert restore(killed, key_of(recipe), tmp_path)
        assert killed.call == call
        assert torch.equal(killed.latents, expected)

    assert killed.done


def test_fails_to_resume_equal_from_latents_and_step_alone(family: SteppedFamily) -> None:
    """Why the whole scheduler is kept: the multistep samplers remember earlier answers of the model."""
    recipe = order(steps=6, sampler="DPM++ 2M").recipe
    expected = run(family, begin(family, recipe))
    interrupted, resumed = begin(family, recipe), begin(family, recipe)
    resumed.latents, resumed.call = run(family, interrupted, 3), 3
    resumed.scheduler.set_begin_index(3)

    assert not torch.equal(run(family, resumed), expected)


@pytest.mark.parametrize(
    "other",
    [
        {"recipe": order(steps=7).recipe},
        {"revision": "2"},
        {"dtype": "bfloat16"},
        {"libraries": (("torch", "3"),)},
    ],
    ids=["recipe", "revision", "dtype", "library"],
)
def test_ignores_a_checkpoint_made_otherwise(
    family: SteppedFamily, writer: CheckpointWriter, tmp_path: Path, other: dict[str, Any]
) -> None:
    recipe = order(steps=6).recipe
    interrupted = begin(family, recipe)
    run(family, interrupted, 3)
    key = replace(key_of(recipe), **other)
    writer.keep(snapshot(interrupted, key, tmp_path))
    writer.flush(tmp_path)

    fresh = begin(family, recipe)
    assert not restore(fresh, key_of(recipe), tmp_path)
    assert fresh.call == 0


@pytest.mark.parametrize("damage", [b"", b"\xff" * 100, None], ids=["empty", "junk", "cut short"])
def test_starts_anew_from_a_damaged_checkpoint(
    family: SteppedFamily, writer: CheckpointWriter, tmp_path: Path, damage: bytes | None
) -> None:
    recipe = order(steps=6).recipe
    interrupted = begin(family, recipe)
    run(family, interrupted, 3)
    writer.keep(snapshot(interrupted, key_of(recipe), tmp_path))
    writer.flush(tmp_path)
    path = checkpoint_path(tmp_path, (0, 1))
    path.write_bytes(path.read_bytes()[:-9] if damage is None else damage)

    fresh = begin(family, recipe)
    assert not restore(fresh, key_of(recipe), tmp_path)
    assert torch.equal(run(family, fresh), run(family, begin(family, recipe)))


def test_refuses_to_keep_a_scheduler_that_holds_something_unknown(family: SteppedFamily, tmp_path: Path) -> None:
    painting = begin(family, order().recipe)
    painting.scheduler.secret = object()

    with pytest.raises(CheckpointError, match="secret"):
        snapshot(painting, key_of(order().recipe), tmp_path)


def test_takes_single_pictures_out_of_a_finished_checkpoint_of_more(
    family: SteppedFamily, writer: CheckpointWriter, tmp_path: Path
) -> None:
    recipe = order(steps=3).recipe
    finished = begin(family, recipe)
    run(family, finished)
    writer.keep(snapshot(finished, key_of(recipe), tmp_path))
    writer.flush(tmp_path)

    with torch.inference_mode():
        second = family.begin((recipe.for_picture(1),), None)
    assert restore(second, key_of(recipe, (1,)), tmp_path)
    assert second.done
    assert torch.equal(second.latents, finished.latents[1:2])


def test_a_second_engine_ends_what_a_withdrawn_one_began_with_the_same_bytes(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter, tmp_path: Path
) -> None:
    wanted = order((0, 1), steps=8, sampler="Euler a", checkpoint_dir=tmp_path)
    expected = outcome_of(make_engine(tiny_model).submit(replace(wanted, checkpoint_dir=None))).pixels
    ticket = make_engine(tiny_model, checkpoint_every_s=1000.0).submit(wanted)
    model_calls.count = 0
    model_calls.on_call = lambda count: ticket.cancel() if count == 6 else None
    with pytest.raises(PaintingCancelledError):
        outcome_of(ticket)
    model_calls.count, model_calls.on_call = 0, lambda _: None

    resumed = outcome_of(make_engine(tiny_model).submit(wanted))

    assert model_calls.count == 2
    assert resumed.steps[0] == 7
    assert [resumed.pixels[index].tobytes() for index in (0, 1)] == [expected[index].tobytes() for index in (0, 1)]


def test_a_second_engine_goes_on_from_the_last_step_that_a_dying_one_kept(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter, tmp_path: Path
) -> None:
    wanted = order(steps=8, sampler="DPM++ 2M SDE", checkpoint_dir=tmp_path)
    expected = outcome_of(make_engine(tiny_model).submit(replace(wanted, checkpoint_dir=None))).pixels[0]
    engine = make_engine(tiny_model)
    model_calls.count = 0

    def die(count: int) -> None:
        if count == 6:
            raise ZeroDivisionError

    model_calls.on_call = die
    with pytest.raises(EngineError):
        outcome_of(engine.submit(wanted))
    model_calls.count, model_calls.on_call = 0, lambda _: None

    resumed = outcome_of(make_engine(tiny_model).submit(wanted)).pixels[0]

    assert model_calls.count == 3
    assert resumed.tobytes() == expected.tobytes()


def test_keeps_the_final_latents_until_the_caller_takes_them_away(
    make_engine: Callable[..., Engine], tiny_model: Path, model_calls: CallCounter, tmp_path: Path
) -> None:
    wanted = order((0, 1), checkpoint_dir=tmp_path)
    first = outcome_of(make_engine(tiny_model, checkpoint_every_s=1000.0).submit(wanted))
    model_calls.count = 0

    again = outcome_of(make_engine(tiny_model).submit(wanted))

    assert model_calls.count == 0
    assert Stage.STEP not in again.stages
    assert again.pixels[1].tobytes() == first.pixels[1].tobytes()
    assert checkpoint_progress(tmp_path) == 2 * 4


def test_writes_nothing_without_a_checkpoint_folder(
    make_engine: Callable[..., Engine], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    outcome_of(make_engine(tiny_model).submit(order()))

    assert list(tmp_path.iterdir()) == []


def test_writes_at_most_one_checkpoint_per_interval(tmp_path: Path) -> None:
    now = [100.0]
    writer = CheckpointWriter(every_s=2.0, clock=lambda: now[0])
    taken = Snapshot(checkpoint_path(tmp_path, (0,)), {"latents": torch.zeros(1)}, {"step": "1"})

    writer.start(taken.path)

    due = []
    for second in (0.5, 1.9, 2.0, 2.1, 3.9, 4.0):
        now[0] = 100.0 + second
        due.append(writer.due(taken.path))
        if due[-1]:
            writer.keep(taken)
    writer.close()

    assert due == [False, False, True, False, False, True]
    assert metadata_read(taken.path) == {"step": "1"}


def test_paints_on_when_the_disk_takes_no_checkpoint(
    make_engine: Callable[..., Engine], tiny_model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")

    outcome = outcome_of(make_engine(tiny_model).submit(order(checkpoint_dir=tmp_path / "file" / "below")))

    assert 0 in outcome.pixels
    assert "could not be written" in caplog.text


def test_leaves_no_half_written_file_behind(family: SteppedFamily, writer: CheckpointWriter, tmp_path: Path) -> None:
    recipe = order().recipe
    painting = begin(family, recipe)

    for _ in range(3):
        run(family, painting, 1)
        writer.keep(snapshot(painting, key_of(recipe), tmp_path))
    writer.flush(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["pictures-0_1.safetensors"]
    metadata = metadata_read(checkpoint_path(tmp_path, (0, 1)))
    assert metadata is not None
    assert json.loads(metadata["indices"]) == [0, 1]
    assert metadata["call"] == "3"
