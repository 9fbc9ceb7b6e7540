"""Tiny models, engines that are closed again, and counters of the calls that cost time."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from generation.engine.engine import Engine
from tests.generation.engine.paintings import source_in
from tests.support.tiny_pipeline import (
    tiny_flow_transformer,
    tiny_stable_diffusion,
    tiny_stable_diffusion_xl,
    tiny_whole_call,
    zero_snr_schedule,
)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Stable Diffusion with a full autoencoder."""
    return tiny_stable_diffusion(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def starter_like_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Stable Diffusion made as the starter model is: a tiny autoencoder, v-prediction, trained to pure noise."""
    folder = tmp_path_factory.mktemp("starter-like")
    return tiny_stable_diffusion(folder, tiny_vae=True, scheduler=zero_snr_schedule())


@pytest.fixture(scope="session")
def tiny_xl_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Stable Diffusion XL."""
    return tiny_stable_diffusion_xl(tmp_path_factory.mktemp("tiny-xl"))


@pytest.fixture(scope="session")
def whole_call_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline of another family."""
    return tiny_whole_call(tmp_path_factory.mktemp("whole-call"))


@pytest.fixture(scope="session")
def flow_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformer that was trained to match flows."""
    return tiny_flow_transformer(tmp_path_factory.mktemp("flow"))


@pytest.fixture
def make_engine() -> Iterator[Callable[..., Engine]]:
    """Makes engines for one folder, on one thread, with a checkpoint at every step."""
    made: list[Engine] = []

    def make(folder: Path, **options: Any) -> Engine:
        settings: dict[str, Any] = {"threads": 1, "device": "cpu", "checkpoint_every_s": 0.0}
        made.append(Engine(**({"models": source_in(folder)} | settings | options)))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


class CallCounter:
    """Counts the calls of one method of a class and lets a test act inside of one."""

    def __init__(self) -> None:
        self.count = 0
        self.on_call: Callable[[int], None] = lambda _: None

    def wrap(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """The method with the counter before it."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            self.on_call(self.count)
            return method(*args, **kwargs)

        return counted


@pytest.fixture
def tiny_engine(make_engine: Callable[..., Engine], tiny_model: Path) -> Engine:
    """An engine with the tiny Stable Diffusion."""
    return make_engine(tiny_model)


@pytest.fixture
def model_calls(monkeypatch: pytest.MonkeyPatch) -> CallCounter:
    """Every forward pass of a UNet."""
    from diffusers import UNet2DConditionModel

    counter = CallCounter()
    monkeypatch.setattr(UNet2DConditionModel, "forward", counter.wrap(UNet2DConditionModel.forward))
    return counter


@pytest.fixture
def decode_calls(monkeypatch: pytest.MonkeyPatch) -> CallCounter:
    """Every decoding by a full autoencoder."""
    from diffusers import AutoencoderKL

    counter = CallCounter()
    monkeypatch.setattr(AutoencoderKL, "decode", counter.wrap(AutoencoderKL.decode))
    return counter
