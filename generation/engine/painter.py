"""Paints on the device thread, one small thing at a time: load, encode, one model call, decode."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from generation.engine.checkpoints import CheckpointError, CheckpointWriter, PaintingKey, restore, snapshot
from generation.engine.contract import ModelSource, Painted, PaintingFacts, Pictures, Sketcher, Stage
from generation.engine.decoding import not_finite
from generation.engine.devices import DevicePlan, is_device_fault, is_out_of_memory, library_versions
from generation.engine.families import SteppedFamily, family_of
from generation.engine.pool import Pool
from generation.engine.previews import Previewer, Sighting, copy_of_first, latent_colours
from generation.engine.samplers import DEFAULT_SAMPLER
from generation.engine.sittings import Sitting
from generation.engine.starts import refuse_unpainted, starting_pictures
from generation.engine.stepper import Painting
from generation.engine.watchdog import DeviceWatch
from generation.engine.whole_call import WholeCall

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Painter:
    """Everything the device thread paints with. Who is painted when is the floor's matter.

    Every method may raise EngineError, PaintingCancelledError, or whatever comes out of torch.
    """

    plan: DevicePlan
    pool: Pool
    previewer: Previewer
    writer: CheckpointWriter
    sketcher: Sketcher | None
    pictures: Pictures | None
    watch: DeviceWatch

    def is_device_fault(self, error: Exception) -> bool:
        """Whether the device itself failed: nothing more can be painted in this process."""
        return is_device_fault(error)

    def is_out_of_memory(self, error: Exception) -> bool:
        """Whether something did not fit."""
        return is_out_of_memory(error)

    def family(self, source: ModelSource) -> SteppedFamily | WholeCall:
        """The way to paint with a model, which is loaded first where it is not warm."""
        return family_of(self.pool.get(source), self.plan)

    def open(self, sitting: Sitting) -> None:
        """Take an order up: load its model."""
        if not sitting.ticket.begin():
            raise sitting.ticket.cancellation()
        refuse_unpainted(sitting.order.recipe)
        self._enter(sitting, Stage.LOAD)
        was_warm, asked_at = self.pool.is_warm(sitting.source), time.perf_counter()
        self.pool.get(sitting.source)
        if isinstance(self.family(sitting.source), WholeCall):
            sitting.together = 1
        sitting.started_at = time.perf_counter()
        sitting.load_s = 0.0 if was_warm else sitting.started_at - asked_at

    def begin(self, sitting: Sitting) -> None:
        """Encode the prompt and lay out the schedule of the pictures under way, or take them up where they stood."""
        family = self.family(sitting.source)
        if isinstance(family, WholeCall):
            return
        self._enter(sitting, Stage.ENCODE)
        order = sitting.order
        recipes = tuple(order.recipe.for_picture(index) for index in sitting.group)
        painting = family.begin(recipes, starting_pictures(recipes, self.sketcher, self.pictures))
        if order.checkpoint_dir is not None and restore(painting, self._key(sitting), order.checkpoint_dir):
            logger.info("Job %s goes on from step %d of %d", order.job_id, painting.step, painting.total)
        if sitting.checkpoint is not None:
            self.writer.start(sitting.checkpoint)
        sitting.painting = painting

    def predict(self, company: Sequence[Sitting]) -> list[torch.Tensor]:
        """One model call for everybody; nobody's painting is changed by it."""
        for sitting in company:
            sitting.resume(Stage.STEP)
        self.watch.enter(Stage.STEP, len(company) * min(sitting.order.step_budget_s for sitting in company))
        family = self.family(company[0].source)
        if isinstance(family, WholeCall):
            raise TypeError("A model that is painted in one call makes no single steps.")
        return family.stepper.predict([painting_of(sitting) for sitting in company])

    def advance(self, sitting: Sitting, answer: torch.Tensor) -> None:
        """Move a painting on by the model's answer; show and keep it now and then."""
        painting = painting_of(sitting)
        painting.advance(answer)
        if not painting.at_step_end:
            sitting.ticket.touch()
            return
        whole = sitting.report(painting.step, painting.total)
        self._show(sitting, painting.predicted, whole)
        path = sitting.checkpoint
        if path is not None and (painting.done or self.writer.due(path)):
            self.keep(sitting)

    def decode(self, sitting: Sitting) -> None:
        """Hand out the finished pictures of the group under way."""
        family, painting = self.family(sitting.source), painting_of(sitting)
        if isinstance(family, WholeCall):
            raise TypeError("A model that is painted in one call decodes by itself.")
        self._enter(sitting, Stage.DECODE)
        if not bool(torch.isfinite(painting.latents).all()):
            raise not_finite(self.pool.get(sitting.source).manifest.title)
        for row, index in enumerate(sitting.group):
            if index in sitting.given:
                continue
            sitting.ticket.raise_if_cancelled()
            sitting.ticket.put(Painted(index=index, pixels=family.pixels(painting, row)))
            sitting.given.add(index)
            self.watch.moved()
        sitting.close_group()

    def paint_whole(self, sitting: Sitting) -> None:
        """Paint one picture through the pipeline's own call."""
        family, ticket = self.family(sitting.source), sitting.ticket
        if not isinstance(family, WholeCall):
            raise TypeError("A model that is painted step by step has no whole call.")
        self._enter(sitting, Stage.STEP)
        (index,) = sitting.group
        recipe = sitting.order.recipe.for_picture(index)

        def on_step(step: int, latents: torch.Tensor | None) -> None:
            self.watch.moved()
            ticket.raise_if_cancelled()
            self._show(sitting, latents, sitting.report(min(step, recipe.steps), recipe.steps))
            if step >= recipe.steps:
                self._enter(sitting, Stage.DECODE)

        pixels = family.paint(recipe, on_step)
        ticket.raise_if_cancelled()
        ticket.put(Painted(index=index, pixels=pixels))
        sitting.close_group()

    def keep(self, sitting: Sitting) -> None:
        """Have a checkpoint of the pictures under way written, if the order wants any."""
        folder, painting = sitting.order.checkpoint_dir, sitting.painting
        if folder is None or painting is None:
            return
        try:
            self.writer.keep(snapshot(painting, self._key(sitting), folder))
        except CheckpointError:
            logger.exception("Job %s cannot be checkpointed; the painting goes on", sitting.order.job_id)

    def settle(self, sitting: Sitting) -> None:
        """Return once its checkpoints are on the disk: from then on their folder is the caller's alone."""
        if sitting.order.checkpoint_dir is not None:
            self.writer.flush(sitting.order.checkpoint_dir)

    def facts(self, sitting: Sitting) -> PaintingFacts:
        """How a finished order was painted."""
        return PaintingFacts(
            device=self.plan.label,
            device_name=self.plan.device_name,
            dtype=self.plan.dtype_name,
            model_revision=sitting.source.revision,
            instruction_set=self.plan.instruction_set,
            libraries=library_versions(),
            load_s=sitting.load_s,
            paint_s=time.perf_counter() - (sitting.started_at or time.perf_counter()),
        )

    @torch.inference_mode()
    def warm(self, source: ModelSource) -> None:
        """Load a model, keep it in memory for good, and run it once at each size that will be asked for of it."""
        from aria_site.kernel.recipe import Recipe

        self.pool.pin(source.name)
        manifest, family = self.pool.get(source, preload=True).manifest, self.family(source)
        for width, height in dict.fromkeys(((manifest.width, manifest.height), *source.warm_sizes)):
            recipe = Recipe(
                model=source.name,
                model_revision=source.revision,
                prompt="",
                resolved_prompt="",
                seed=0,
                width=width,
                height=height,
                steps=1,
                guidance_scale=manifest.guidance_scale,
                sampler=DEFAULT_SAMPLER if isinstance(family, WholeCall) else "Euler",
            )
            self.watch.moved()
            if isinstance(family, WholeCall):
                family.paint(recipe, lambda _step, _latents: None)
                continue
            painting = family.begin((recipe,), None)
            painting.advance(family.stepper.predict([painting])[0])
            family.pixels(painting, 0)

    def close(self) -> None:
        """End the threads beside the device's."""
        self.previewer.close()
        self.writer.close()

    def _enter(self, sitting: Sitting, stage: Stage) -> None:
        self.watch.enter(stage, sitting.order.step_budget_s)
        sitting.ticket.enter(stage)

    def _show(self, sitting: Sitting, latents: torch.Tensor | None, whole: tuple[int, int]) -> None:
        if latents is None or latents.ndim != 4 or not self.previewer.wants(sitting.ticket):
            return
        colours, recipe = latent_colours(self.pool.get(sitting.source).manifest), sitting.order.recipe
        if colours is None or latents.shape[1] != len(colours.factors):
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

    def _key(self, sitting: Sitting) -> PaintingKey:
        return PaintingKey(
            recipe=sitting.order.recipe,
            indices=sitting.group,
            revision=sitting.source.revision,
            device=self.plan.device.type,
            dtype=self.plan.dtype_name,
            libraries=tuple(sorted(library_versions().items())),
        )


def painting_of(sitting: Sitting) -> Painting:
    """The pictures under way. Raises RuntimeError where none were begun."""
    if sitting.painting is None:
        raise RuntimeError("This order has no picture under way.")
    return sitting.painting
