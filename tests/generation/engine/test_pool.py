"""The warm pool: one load per model, a budget with visible evictions, and folders that are refused."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generation.engine.contract import EngineError, ModelSource
from generation.engine.devices import DevicePlan, device_plan
from generation.engine.engine import Engine
from generation.engine.model_folder import folder_check
from generation.engine.pool import Pool
from tests.generation.engine.paintings import REAL, order, outcome_of, source_in

pytestmark = REAL


def plan_with(budget: int | None) -> DevicePlan:
    return device_plan("cpu", "float32", ram_budget_bytes=budget, vram_budget_bytes=None)


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


def test_evicts_the_model_unused_for_longest_and_says_why(tiny_model: Path) -> None:
    seconds = iter(range(100))
    size = Pool(plan_with(None)).get(source(tiny_model, "any")).bytes
    pool = Pool(plan_with(2 * size + size // 2), clock=lambda: float(next(seconds)))
    for name in ("first", "second", "first", "third"):
        pool.get(source(tiny_model, name))

    assert [model.name for model in pool.residents()] == ["first", "third"]
    assert [(eviction.name, eviction.reason) for eviction in pool.evictions] == [
        ("second", "third needed its place, and second was unused for longest")
    ]
    assert pool.loads_total == 3


def test_never_evicts_a_pinned_model(tiny_model: Path) -> None:
    size = Pool(plan_with(None)).get(source(tiny_model, "any")).bytes
    pool = Pool(plan_with(size + size // 2))
    pool.pin("first")
    pool.get(source(tiny_model, "first"))

    with pytest.raises(EngineError) as caught:
        pool.get(source(tiny_model, "second"))

    assert caught.value.code == "model_too_large"
    assert [model.pinned for model in pool.residents()] == [True]


def test_loads_anew_when_the_revision_changes(tiny_model: Path) -> None:
    pool = Pool(plan_with(None))
    pool.get(source(tiny_model, "one"))

    assert not pool.is_warm(source(tiny_model, "one", "2"))
    pool.get(source(tiny_model, "one", "2"))

    assert [model.revision for model in pool.residents()] == ["2"]
    assert [eviction.name for eviction in pool.evictions] == ["one"]


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
