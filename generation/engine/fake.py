"""FakeEngine: the contract of the painting engine without torch: instant gradient pictures, scripted trouble."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from aria_site.kernel.recipe import Recipe
from generation.engine.checkpoint_files import checkpoint_path, header_only, metadata_read, write_atomically
from generation.engine.contract import (
    EngineError,
    EngineStatus,
    Painted,
    PaintingCancelledError,
    PaintingFacts,
    PaintOrder,
    Pixels,
    Preview,
    ResidentModel,
    Stage,
    Ticket,
    WarmSizes,
)
from generation.engine.samplers import sampler_check
from generation.engine.starts import refuse_unpainted
from generation.engine.tickets import QueueTicket

PREVIEW_INTERVAL_S = 0.25


class StepGate:
    """Holds every painting after step `hold_at` until it is released.

    A test waits with `wait_until_held`, looks at what it wants, then calls `release`.
    """

    def __init__(self, hold_at: int) -> None:
        self.hold_at = hold_at
        self._held = threading.Event()
        self._open = threading.Event()

    def wait_until_held(self, timeout_s: float = 10.0) -> None:
        """Return once a painting stands at the gate. Raises TimeoutError where none comes."""
        if not self._held.wait(timeout_s):
            raise TimeoutError(f"No painting reached step {self.hold_at} within {timeout_s} s.")

    def release(self) -> None:
        """Let the held painting and all later ones pass."""
        self._open.set()

    def pass_step(self, step: int, ticket: QueueTicket) -> None:
        """Called by the engine after each step; returns when the gate is open or the order was withdrawn."""
        if step != self.hold_at or self._open.is_set():
            return
        self._held.set()
        while not self._open.wait(0.005) and not ticket.cancelled:
            pass


class FakeEngine:
    """A PaintingEngine for tests. Each order is painted at once, on a thread of its own.

    - `steps_gate`: a StepGate at which paintings are held.
    - `failures`: the EngineError with which an order fails in its first step, keyed by job id, by the prompt of its
      recipe, or by "*" for every order. The mapping is read at each order, so a test may change it meanwhile.
    - `step_delay_s`: how long each step takes.
    - `revision`: the revision of the models it paints with; None stands for the one that each recipe names.
    - `facts`: what replaces parts of the facts it tells.
    - `slots`: how many orders at once `free_slots` offers.

    Pictures depend on the recipe of each picture alone. With a checkpoint folder the step is kept in a file
    without tensors, and the same order submitted again goes on after it.
    `submitted` lists all orders, `preloaded` all preloaded names, `warm_sizes` the sizes asked for with them.
    """

    def __init__(
        self,
        *,
        steps_gate: StepGate | None = None,
        failures: Mapping[str, EngineError] | None = None,
        step_delay_s: float = 0.0,
        slots: int = 1,
        revision: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.steps_gate = steps_gate
        self.failures = failures if failures is not None else {}
        self.step_delay_s = step_delay_s
        self.slots = slots
        self.revision = revision
        self.facts = facts or {}
        self.submitted: list[PaintOrder] = []
        self.preloaded: list[str] = []
        self.warm_sizes: dict[str, tuple[tuple[int, int], ...]] = {}
        self._tickets: list[QueueTicket] = []
        self._models: dict[str, float] = {}
        self._closed = False

    def submit(self, order: PaintOrder) -> Ticket:
        """Take the order and start to paint it."""
        ticket = QueueTicket(order)
        self.submitted.append(order)
        self._tickets.append(ticket)
        if self._closed:
            ticket.cancel()
        painter = _FakePainter(self, ticket)
        threading.Thread(target=painter.run, name=f"fake-painter-{order.job_id}", daemon=True).start()
        return ticket

    def free_slots(self, recipe: Recipe, priority: int = 0) -> int:
        """`slots` less the orders that have not ended; none once it is closed."""
        return 0 if self._closed else max(0, self.slots - self._under_way())

    def preload(self, names: tuple[str, ...], sizes: WarmSizes | None = None) -> None:
        """Note the names and show the models as resident. Raises the scripted error of a name."""
        for name in names:
            if name in self.failures:
                raise self.failures[name]
            self.preloaded.append(name)
            self.warm_sizes[name] = tuple((sizes or {}).get(name, ()))
            self.load(name)

    def load(self, name: str) -> None:
        """Show a model as resident from now on."""
        self._models.setdefault(name, time.time())

    def status(self) -> EngineStatus:
        """The models of all orders so far, and how many orders are open."""
        models = tuple(
            ResidentModel(
                name=name,
                revision="fake",
                device="fake",
                dtype="float32",
                bytes=0,
                loaded_at=since,
                used_at=since,
                pinned=name in self.preloaded,
            )
            for name, since in self._models.items()
        )
        return EngineStatus(
            device="fake",
            models=models,
            orders=self._under_way(),
            loads_total=len(models),
            stuck=False,
            loads=dict(Counter("preload" if model.pinned else "first_use" for model in models)),
        )

    def close(self) -> None:
        """Withdraw all orders."""
        self._closed = True
        for ticket in self._tickets:
            ticket.cancel()

    def failure_of(self, order: PaintOrder) -> EngineError | None:
        """The scripted error of an order, if it has one."""
        for key in (order.job_id, order.recipe.prompt, "*"):
            if key in self.failures:
                return self.failures[key]
        return None

    def _under_way(self) -> int:
        return sum(not ticket.ended for ticket in self._tickets)


class _FakePainter:
    """Paints one order on a thread of its own."""

    def __init__(self, engine: FakeEngine, ticket: QueueTicket) -> None:
        self._engine = engine
        self._ticket = ticket
        self._order = ticket.order
        self._last_preview: float | None = None
        revision = engine.revision or self._order.recipe.model_revision
        self._recipe = replace(self._order.recipe, model_revision=revision)

    def run(self) -> None:
        """Paint to the end, good or bad."""
        if not self._ticket.begin():
            return
        try:
            self._paint()
        except (EngineError, PaintingCancelledError) as error:
            self._ticket.fail(error)

    def _paint(self) -> None:
        refuse_unpainted(self._order.recipe)
        sampler_check(self._order.recipe.sampler)
        for stage in (Stage.LOAD, Stage.ENCODE, Stage.STEP):
            self._ticket.enter(stage)
        self._engine.load(self._order.recipe.model)
        for step in range(self._kept_step() + 1, self._order.recipe.steps + 1):
            self._step(step)
        self._ticket.enter(Stage.DECODE)
        for index in self._order.indices:
            self._ticket.raise_if_cancelled()
            self._ticket.put(Painted(index=index, pixels=fake_pixels(self._recipe.for_picture(index))))
        facts = PaintingFacts(
            device="fake", dtype="float32", model_revision=self._recipe.model_revision, libraries={"fake": "1"}
        )
        self._ticket.finish(replace(facts, **self._engine.facts))

    def _step(self, step: int) -> None:
        failure = self._engine.failure_of(self._order)
        if failure is not None:
            raise failure
        time.sleep(self._engine.step_delay_s)
        self._keep(step)
        self._ticket.stepped(step, self._order.recipe.steps, self._preview(step))
        if self._engine.steps_gate is not None:
            self._engine.steps_gate.pass_step(step, self._ticket)
        self._ticket.raise_if_cancelled()

    def _preview(self, step: int) -> Preview | None:
        if not self._ticket.watched:
            return None
        now = time.monotonic()
        if self._last_preview is not None and now - self._last_preview < PREVIEW_INTERVAL_S:
            return None
        self._last_preview = now
        image = Image.fromarray(fake_pixels(self._order.recipe.for_picture(self._order.indices[0])))
        image.thumbnail((256, 256))
        # The picture brightens with each step, so that frames differ as those of a real painting do.
        image = image.point([value * step // self._order.recipe.steps for value in range(256)] * 3)
        content = BytesIO()
        image.save(content, "JPEG", quality=75)
        return Preview(jpeg=content.getvalue(), width=image.width, height=image.height, step=step)

    def _kept_step(self) -> int:
        if self._order.checkpoint_dir is None:
            return 0
        metadata = metadata_read(checkpoint_path(self._order.checkpoint_dir, self._order.indices))
        if metadata is None or metadata.get("recipe") != self._order.recipe.fingerprint():
            return 0
        return int(metadata["step"])

    def _keep(self, step: int) -> None:
        if self._order.checkpoint_dir is not None:
            metadata = {"step": str(step), "recipe": self._order.recipe.fingerprint()}
            write_atomically(checkpoint_path(self._order.checkpoint_dir, self._order.indices), header_only(metadata))


def fake_pixels(recipe: Recipe) -> Pixels:
    """A gradient between two colours that the recipe's fingerprint names: equal recipes, equal bytes."""
    digest = bytes.fromhex(recipe.fingerprint())
    across = np.linspace(0.0, 1.0, recipe.width)[None, :, None]
    down = np.linspace(0.0, 1.0, recipe.height)[:, None, None]
    first, second, third = (np.frombuffer(digest[at : at + 3], np.uint8).astype(float) for at in (0, 3, 6))
    blend = (first * (1 - across) + second * across) * (1 - down) + third * down
    return np.ascontiguousarray(blend.round().astype(np.uint8))
