"""Paints one order on the device thread: load, encode, step, decode, and what happens when memory runs out."""

import logging
import time
from dataclasses import dataclass, field

import torch

from generation.engine.checkpoints import CheckpointError, CheckpointWriter, PaintingKey, restore, snapshot
from generation.engine.contract import EngineError, ModelSource, Painted, PaintingFacts, Pictures, Sketcher, Stage
from generation.engine.devices import DevicePlan, is_device_fault, is_out_of_memory, library_versions
from generation.engine.families import SteppedFamily, family_of
from generation.engine.manifest import ModelManifest
from generation.engine.pool import Pool, WarmModel
from generation.engine.previews import LatentColours, Previewer, Sighting, copy_of_first, latent_colours
from generation.engine.starts import refuse_unpainted, starting_pictures
from generation.engine.stepper import Painting
from generation.engine.tickets import QueueTicket
from generation.engine.whole_call import WholeCall

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Sitting:
    """One order in front of one warm model, and how far it is."""

    ticket: QueueTicket
    model: WarmModel
    colours: LatentColours | None
    groups: list[tuple[int, ...]]
    """Pictures that are painted together; group after group."""
    at: int = 0
    painted: set[int] = field(default_factory=set)

    def report(self, step: int, steps: int) -> tuple[int, int]:
        """Tell the waiting side of a step of the present group; returns (step, total) of the whole order."""
        whole = (self.at * steps + step, len(self.groups) * steps)
        self.ticket.stepped(*whole)
        return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Painter:
    """Everything the device thread paints with."""

    plan: DevicePlan
    pool: Pool
    previewer: Previewer
    writer: CheckpointWriter
    sketcher: Sketcher | None
    pictures: Pictures | None
    together: int
    """How many pictures of an order share a model call at the most."""

    def paint(self, ticket: QueueTicket, source: ModelSource) -> PaintingFacts:
        """Paint an order to its last picture. Raises EngineError or PaintingCancelledError."""
        refuse_unpainted(ticket.order.recipe)
        ticket.enter(Stage.LOAD)
        was_warm = self.pool.is_warm(source)
        model = self.pool.get(source)
        started = time.perf_counter()
        try:
            self._paint_within_memory(ticket, model)
        finally:
            # From here on the folder of the checkpoints is the caller's alone.
            self.writer.flush()
        return PaintingFacts(
            device=str(self.plan.device),
            dtype=self.plan.dtype_name,
            instruction_set=self.plan.instruction_set,
            libraries=library_versions(),
            load_s=0.0 if was_warm else model.load_s,
            paint_s=time.perf_counter() - started,
        )

    def is_device_fault(self, error: Exception) -> bool:
        """Whether the device itself failed: nothing more can be painted in this process."""
        return is_device_fault(error)

    def warm(self, source: ModelSource) -> None:
        """Load a model, keep it in memory for good, and run it once at its own size, so that no order waits for it."""
        from aria_site.kernel.recipe import Recipe

        self.pool.pin(source.name)
        model = self.pool.get(source)
        family = family_of(model, self.plan)
        if isinstance(family, WholeCall):
            return
        recipe = Recipe(
            model=source.name,
            model_revision=source.revision,
            prompt="",
            resolved_prompt="",
            seed=0,
            width=model.manifest.width,
            height=model.manifest.height,
            steps=1,
            guidance_scale=model.manifest.guidance_scale,
            sampler="Euler",
        )
        with torch.inference_mode():
            painting = family.begin((recipe,), None)
            family.stepper.advance([painting])
            family.pixels(painting, 0)

    def _paint_within_memory(self, ticket: QueueTicket, model: WarmModel) -> None:
        """Paint in groups; if memory runs out, empty the caches and paint the rest one after another."""
        colours = latent_colours(model.manifest)
        sitting = Sitting(ticket, model, colours, _groups(ticket.order.indices, self.together))
        if self._fits_in_memory(sitting):
            return
        logger.warning("Out of memory with job %s; painting its pictures one by one", ticket.order.job_id)
        self.pool.make_room(keep=model.source.name)
        rest = tuple(index for index in ticket.order.indices if index not in sitting.painted)
        if not self._fits_in_memory(Sitting(ticket, model, colours, _groups(rest, 1))):
            recipe = ticket.order.recipe
            self.pool.make_room(keep=model.source.name)
            raise EngineError(
                f"A picture of {recipe.width} by {recipe.height} does not fit into the memory of this device. "
                "Ask for a smaller one.",
                code="out_of_memory",
            )

    def _fits_in_memory(self, sitting: Sitting) -> bool:
        try:
            with torch.inference_mode():
                self._paint_groups(sitting)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return False
        return True

    def _paint_groups(self, sitting: Sitting) -> None:
        family = family_of(sitting.model, self.plan)
        if isinstance(family, WholeCall):
            sitting.groups = _groups(tuple(index for group in sitting.groups for index in group), 1)
        for at, indices in enumerate(sitting.groups):
            sitting.at = at
            if isinstance(family, WholeCall):
                self._paint_whole(sitting, family, indices)
            else:
                self._paint_stepped(sitting, family, indices)

    def _paint_stepped(self, sitting: Sitting, family: SteppedFamily, indices: tuple[int, ...]) -> None:
        ticket, order = sitting.ticket, sitting.ticket.order
        ticket.enter(Stage.ENCODE)
        recipes = tuple(order.recipe.for_picture(index) for index in indices)
        painting = family.begin(recipes, starting_pictures(recipes, self.sketcher, self.pictures))
        key = self._key(sitting, indices)
        if order.checkpoint_dir is not None and restore(painting, key, order.checkpoint_dir):
            logger.info("Job %s goes on from step %d of %d", order.job_id, painting.step, painting.total)
        if not painting.done:
            ticket.enter(Stage.STEP)
            self._denoise(sitting, family, painting, key)
        ticket.enter(Stage.DECODE)
        _check_finite(painting, sitting.model.manifest)
        for row, index in enumerate(indices):
            ticket.raise_if_cancelled()
            ticket.put(Painted(index=index, pixels=family.pixels(painting, row)))
            sitting.painted.add(index)

    def _denoise(self, sitting: Sitting, family: SteppedFamily, painting: Painting, key: PaintingKey) -> None:
        self.writer.start()
        while not painting.done:
            if sitting.ticket.cancelled:
                # Whoever takes the job up again, if anybody does, has no step to repeat.
                self._keep(sitting, painting, key)
            sitting.ticket.raise_if_cancelled()
            family.stepper.advance([painting])
            if not painting.at_step_end:
                sitting.ticket.touch()
                continue
            whole = sitting.report(painting.step, painting.total)
            self._show(sitting, painting.predicted, whole)
            if self.writer.due:
                self._keep(sitting, painting, key)
        self._keep(sitting, painting, key)

    def _paint_whole(self, sitting: Sitting, family: WholeCall, indices: tuple[int, ...]) -> None:
        ticket = sitting.ticket
        ticket.enter(Stage.STEP)
        (index,) = indices
        recipe = ticket.order.recipe.for_picture(index)

        def on_step(step: int, latents: torch.Tensor | None) -> None:
            ticket.raise_if_cancelled()
            self._show(sitting, latents, sitting.report(min(step, recipe.steps), recipe.steps))
            if step >= recipe.steps:
                ticket.enter(Stage.DECODE)

        pixels = family.paint(recipe, on_step)
        ticket.raise_if_cancelled()
        ticket.put(Painted(index=index, pixels=pixels))
        sitting.painted.add(index)

    def _show(self, sitting: Sitting, latents: torch.Tensor | None, whole: tuple[int, int]) -> None:
        colours, recipe = sitting.colours, sitting.ticket.order.recipe
        if colours is None or latents is None or latents.ndim != 4 or latents.shape[1] != len(colours.factors):
            return
        copy, ready = copy_of_first(latents)
        self.previewer.see(
            Sighting(
                ticket=sitting.ticket,
                latents=copy,
                ready=ready,
                colours=colours,
                size=(recipe.width, recipe.height),
                step=whole[0],
                total=whole[1],
            )
        )

    def _keep(self, sitting: Sitting, painting: Painting, key: PaintingKey) -> None:
        folder = sitting.ticket.order.checkpoint_dir
        if folder is None:
            return
        try:
            self.writer.keep(snapshot(painting, key, folder))
        except CheckpointError:
            logger.exception("Job %s cannot be checkpointed; the painting goes on", sitting.ticket.order.job_id)

    def _key(self, sitting: Sitting, indices: tuple[int, ...]) -> PaintingKey:
        return PaintingKey(
            recipe=sitting.ticket.order.recipe,
            indices=indices,
            revision=sitting.model.source.revision,
            device=self.plan.device.type,
            dtype=self.plan.dtype_name,
            libraries=tuple(sorted(library_versions().items())),
        )


def _groups(indices: tuple[int, ...], size: int) -> list[tuple[int, ...]]:
    return [indices[start : start + size] for start in range(0, len(indices), size)]


def _check_finite(painting: Painting, manifest: ModelManifest) -> None:
    if not bool(torch.isfinite(painting.latents).all()):
        raise EngineError(
            f"The model {manifest.title!r} lost itself in numbers that are none; try another sampler or less guidance.",
            code="not_finite",
        )
