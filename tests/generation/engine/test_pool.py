"""The warm pool: one load per model, a budget with visible evictions, and folders that are refused."""

import json
import pickle
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generation.engine.contract import EngineError, ModelSource
from generation.engine.devices import DevicePlan, device_plan
from generation.engine.engine import Engine
from generation.engine.model_folder import folder_check
from generation.engine.model_hash import hash_of
from generation.engine.pool import Pool
from tests.generation.engine.paintings import REAL, order, outcome_of, source_in

pytestmark = REAL


def plan_with(budget: int | None) -> DevicePlan:
    return device_plan("cpu", "float32", ram_budget_bytes=budget, vram_budget_bytes=None)


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def pool_for(folder: Path, *, models: float, parked: float = 0.0) -> tuple[Pool, Clock]:
    """A pool with a place for so many tiny models, and one for so many that had to leave."""
    size, clock = Pool(plan_with(None)).get(source(folder, "any")).bytes, Clock()
    return Pool(replace(plan_with(int(models * size)), parking_bytes=int(parked * size)), clock=clock), clock


def source(folder: Path, name: str, revision: str = "1") -> ModelSource:
    return ModelSource(name=name, folder=folder, revision=revision)


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    """The tiny model in a folder that a test may spoil."""
    return shutil.copytree(tiny_model, tmp_path / "copy")


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._path,)


def test_loads_a_model_once_for_many_orders(make_engine: Callable[..., Engine], tiny_model: Path) -> None:
    engine = make_engine(tiny_model)

    for _ in range(5):
        outcome_of(engine.submit(order(steps=1)))

    assert engine.status().loads_total == 1


def test_evicts_what_costs_least_to_have_back_and_says_why(tiny_model: Path) -> None:
    pool, clock = pool_for(tiny_model, models=2.5)
    for name, load_s in (("slow", 9.0), ("quick", 1.0)):
        pool.get(source(tiny_model, name)).load_s = load_s
    clock.now = 120.0
    pool.get(source(tiny_model, "third"))

    status = pool.status()
    assert [model.name for model in status.models] == ["slow", "third"]
    assert [(eviction.name, eviction.reason, eviction.at, eviction.parked) for eviction in status.evictions] == [
        ("quick", "third needed its place; quick, unused for 2 min, is back in 1.0 s if wanted", 120.0, False)
    ]


def test_evicts_the_one_unused_for_longest_of_two_that_cost_the_same(tiny_model: Path) -> None:
    pool, clock = pool_for(tiny_model, models=2.5)
    for name, moment in (("first", 0.0), ("second", 10.0), ("first", 20.0)):
        clock.now = moment
        pool.get(source(tiny_model, name)).load_s = 1.0
    pool.get(source(tiny_model, "third"))

    assert [model.name for model in pool.status().models] == ["first", "third"]


def test_counts_loads_by_their_cause(tiny_model: Path) -> None:
    pool, _ = pool_for(tiny_model, models=1.5)
    pool.get(source(tiny_model, "first"), preload=True)
    pool.get(source(tiny_model, "second"))
    pool.get(source(tiny_model, "second"))
    pool.get(source(tiny_model, "first"))
    pool.get(source(tiny_model, "first", "2"))

    status = pool.status()
    assert status.loads == {"preload": 1, "first_use": 1, "after_eviction": 1, "new_revision": 1}
    assert (status.loads_total, [model.cause for model in status.models]) == (4, ["new_revision"])


def test_parks_what_leaves_a_gpu_in_ram_and_brings_it_back_without_the_disk(tiny_model: Path) -> None:
    pool, _ = pool_for(tiny_model, models=1.5, parked=1.5)
    for name in ("first", "second", "first"):
        pool.get(source(tiny_model, name))

    status = pool.status()
    assert [(model.name, model.parked) for model in status.models] == [("first", False), ("second", True)]
    assert [(eviction.name, eviction.parked) for eviction in status.evictions] == [("first", True), ("second", True)]
    assert (status.loads_total, status.returns_total) == (2, 1)


def test_drops_from_ram_what_costs_least_when_that_is_full_too(tiny_model: Path) -> None:
    pool, clock = pool_for(tiny_model, models=1.5, parked=1.5)
    for moment, name in enumerate(("first", "second", "third")):
        clock.now = float(moment)
        pool.get(source(tiny_model, name)).load_s = 1.0

    status = pool.status()
    assert [(model.name, model.parked) for model in status.models] == [("third", False), ("second", True)]
    assert [(eviction.name, eviction.reason) for eviction in status.evictions if not eviction.parked] == [
        ("first", "its place in RAM was needed")
    ]


def test_a_parked_model_stays_parked_where_the_device_has_no_place_for_it(tiny_model: Path) -> None:
    pool, _ = pool_for(tiny_model, models=1.5, parked=1.5)
    pool.get(source(tiny_model, "first"))
    pool.pin("second")
    pool.get(source(tiny_model, "second"))

    with pytest.raises(EngineError, match="beside second, which must stay,"):
        pool.get(source(tiny_model, "first"))

    assert [(model.name, model.parked) for model in pool.status().models] == [("second", False), ("first", True)]


def test_readers_see_every_model_in_one_place_while_the_device_thread_moves_them(tiny_model: Path) -> None:
    pool, _ = pool_for(tiny_model, models=1.5, parked=1.5)
    over, seen = threading.Event(), set[tuple[str, ...]]()

    def read() -> None:
        while not over.is_set():
            seen.add(tuple(model.name for model in pool.status().models))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(10):
        for name in ("first", "second"):
            pool.get(source(tiny_model, name))
    over.set()
    for reader in readers:
        reader.join()

    assert {("first", "second"), ("second", "first")} & seen
    assert all(len(names) == len(set(names)) for names in seen)


def test_refuses_a_model_whose_files_are_not_those_that_were_registered(copy: Path) -> None:
    registered = replace(source(copy, "first"), sha256=hash_of(copy))
    (copy / "tokenizer" / "merges.txt").write_text("#version: 0.3\n", "utf-8")
    pool = Pool(plan_with(None))

    with pytest.raises(EngineError) as caught:
        pool.get(registered)

    assert caught.value.code == "model_refused"
    assert pool.status().models == ()


def test_never_evicts_a_pinned_model(tiny_model: Path) -> None:
    size = Pool(plan_with(None)).get(source(tiny_model, "any")).bytes
    pool = Pool(plan_with(size + size // 2))
    pool.pin("first")
    pool.get(source(tiny_model, "first"))

    with pytest.raises(EngineError) as caught:
        pool.get(source(tiny_model, "second"))

    assert caught.value.code == "model_too_large"
    assert [model.pinned for model in pool.status().models] == [True]


def test_never_evicts_a_model_that_was_pinned_while_it_lay_in_ram(tiny_model: Path) -> None:
    pool, _ = pool_for(tiny_model, models=1.5, parked=1.5)
    for name in ("first", "second"):
        pool.get(source(tiny_model, name))
    pool.pin("first")
    pool.get(source(tiny_model, "first"))

    with pytest.raises(EngineError, match="beside first, which must stay,"):
        pool.get(source(tiny_model, "second"))


def test_loads_anew_when_the_revision_changes(tiny_model: Path) -> None:
    pool = Pool(plan_with(None))
    pool.get(source(tiny_model, "one"))

    assert not pool.is_warm(source(tiny_model, "one", "2"))
    pool.get(source(tiny_model, "one", "2"))

    assert [model.revision for model in pool.status().models] == ["2"]
    assert [eviction.name for eviction in pool.status().evictions] == ["one"]


def test_says_that_nobody_knows_an_unregistered_model(make_engine: Callable[..., Engine], tiny_model: Path) -> None:
    models = {"starter": source_in(tiny_model)("starter")}
    engine = make_engine(tiny_model, models=models.__getitem__)

    with pytest.raises(EngineError) as caught:
        outcome_of(engine.submit(order(model="nobody")))

    assert caught.value.code == "unknown_model"
    assert engine.free_slots(order().recipe) == 8


@pytest.mark.parametrize(
    "place",
    [
        "unet/diffusion_pytorch_model.bin",
        "vae/diffusion_pytorch_model.pt",
        "text_encoder/pytorch_model.bin",
        "text_encoder/model.safetensors",
        "unet/weights.pth",
        "scheduler/state.pkl",
        "tokenizer/added.ckpt",
        "learned.PT",
        "deep/down/here.npy",
        "lora/pytorch_lora_weights.safetensors",
        "embeddings/learned_embeds.bin",
        "vae/scaler.JobLib",
    ],
)
def test_refuses_a_folder_with_a_pickle_and_does_not_open_it(
    make_engine: Callable[..., Engine], copy: Path, tmp_path: Path, place: str
) -> None:
    canary = tmp_path / "canary"
    path = copy / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(Canary(canary)))

    with pytest.raises(EngineError) as caught:
        outcome_of(make_engine(copy).submit(order()))

    assert caught.value.code == "model_refused"
    assert path.name in str(caught.value)
    assert not canary.exists()


@pytest.mark.parametrize("asked_by", ["model_index.json", "unet/config.json"])
@pytest.mark.parametrize("key", ["custom_pipeline", "auto_map"])
def test_refuses_a_folder_that_asks_for_its_own_code_and_does_not_run_it(
    make_engine: Callable[..., Engine], copy: Path, tmp_path: Path, asked_by: str, key: str
) -> None:
    canary = tmp_path / "canary"
    # A name without a suffix, which the rule about program code would miss.
    (copy / "pipeline").write_text(f"open({str(canary)!r}, 'w')")
    path = copy / asked_by
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: "pipeline"}))

    with pytest.raises(EngineError, match="asks for code of its own") as caught:
        outcome_of(make_engine(copy).submit(order()))

    assert caught.value.code == "model_refused"
    assert not canary.exists()


def drop_weights(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()


def drop_part(folder: Path) -> None:
    shutil.rmtree(folder / "vae")


def drop_index(folder: Path) -> None:
    (folder / "model_index.json").unlink()


def cut_short(folder: Path) -> None:
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def link_out(folder: Path) -> None:
    secret = folder.parent / "secret.json"
    secret.write_text("{}")
    (folder / "unet" / "linked.json").symlink_to(secret)


def add_code(folder: Path) -> None:
    (folder / "unet" / "modeling.py").write_text("print('hello')")


def edit_index(folder: Path, **entries: object) -> None:
    path = folder / "model_index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def custom_class(folder: Path) -> None:
    edit_index(folder, _class_name=["pipeline", "Mine"])


def custom_pipeline(folder: Path) -> None:
    edit_index(folder, custom_pipeline="someone/else")


def foreign_library(folder: Path) -> None:
    edit_index(folder, unet=["os", "system"])


def auto_map(folder: Path) -> None:
    path = folder / "text_encoder" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"auto_map": {"AutoModel": "modeling.Mine"}}))


def break_config(folder: Path) -> None:
    (folder / "model_index.json").write_text("[]")


SPOILERS = [
    drop_weights,
    drop_part,
    drop_index,
    cut_short,
    link_out,
    add_code,
    custom_class,
    custom_pipeline,
    foreign_library,
    auto_map,
    break_config,
]


@pytest.mark.parametrize("spoil", SPOILERS)
def test_refuses_a_spoilt_folder_with_a_sentence(copy: Path, spoil: Callable[[Path], None]) -> None:
    folder_check(copy)
    spoil(copy)

    with pytest.raises(EngineError) as caught:
        folder_check(copy)

    assert caught.value.code == "model_refused"
    assert str(caught.value).endswith(".")


def test_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="does not exist"):
        folder_check(tmp_path / "nowhere")
