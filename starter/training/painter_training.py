"""Owns training the UNet and its text tower on stored latents and captions drawn anew each time."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from starter.config import Config
from starter.model.folder import PainterParts
from starter.model.sampling import PaintingOrder, paint, pipeline_of
from starter.model.schedule import Noise, draw_steps
from starter.model.tokenizer import tokens_of
from starter.model.unet import prepare_for_training
from starter.painter.captions import caption
from starter.training.autoencoder_training import as_tensor
from starter.training.averages import WeightAverage
from starter.training.checkpoints import checkpoint_write
from starter.training.journal import Journal, grid_write
from starter.training.latents import LatentSet
from starter.training.pace import Pace
from starter.training.pictures import PictureSet
from starter.training.resources import best_device
from starter.training.seeds import Realm
from starter.training.team import Team
from starter.training.texts import full_caption

REST_SECONDS = 300
SHOWN = 8
SHOWN_GUIDES = (0.5, 0.7, 1.0)
ALONE = Team()


class PainterTraining:
    """One run over stored latents; state lies in `<work>/painter.pt`.

    Every batch is drawn from the seed counter alone, so a resumed run goes on with lots that were not drawn before.
    """

    def __init__(
        self, config: Config, latents: LatentSet, parts: PainterParts, state: dict[str, Any], team: Team = ALONE
    ) -> None:
        self.config, self.parts, self.team = config, parts, team
        self.device = best_device()
        self.data = latents.data
        self.latents, self.indices = latents.read(), latents.encoded()
        self.seen, self.seed_counter = int(state.get("seen", 0)), int(state.get("seed_counter", 0))
        towers: dict[str, Any] = {"unet": parts.unet, "text": parts.text}
        self.learner = nn.ModuleDict(towers).to(self.device).train()
        prepare_for_training(parts.unet)
        self.average = WeightAverage(self.learner, config.painter.ema)
        self.noise = Noise.of_schedule()
        self.optimiser = torch.optim.AdamW(
            self.learner.parameters(), lr=config.painter.learning_rate, weight_decay=config.painter.weight_decay
        )
        if "optimiser" in state:
            self.learner.load_state_dict(state["learner"])
            self.average.weights, self.average.steps = state["average"], int(state["average_steps"])
            self.optimiser.load_state_dict(state["optimiser"])

    def run(self, pace: Pace) -> None:
        """Train until the time is over; reports, shows and stores every few minutes."""
        journal = Journal(self.config.folders.work, "painter")
        for _ in pace.walk():
            for group in self.optimiser.param_groups:
                group["lr"] = self.config.painter.learning_rate * pace.share
            journal.note(**self.step())
            if self.team.leads and pace.rests(REST_SECONDS):
                self._rest(journal)
            if self.team.any_says(pace.passed >= 1):
                break
        if self.team.leads:
            self._rest(journal)

    def step(self) -> dict[str, float]:
        """Learn from one batch; returns the plain squared error, also by thirds of the schedule."""
        seed = self.seed_counter + self.team.rank
        lots, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
        latents, tokens = self._lesson(lots)
        steps = draw_steps(self.config.painter, len(latents), generator)
        noise = torch.randn(latents.shape, generator=generator)
        latents, tokens, noise, steps = (part.to(self.device) for part in (latents, tokens, noise, steps))
        errors = self._errors(latents, tokens, noise, steps)
        weight = self.noise.weight(steps, self.config.painter.snr_cap).to(self.device)
        (errors * weight).mean().backward()
        self.team.share_gradients(self.learner.parameters())
        nn.utils.clip_grad_norm_(self.learner.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.average.follow()
        self.seen += len(latents) * self.team.size
        self.seed_counter += self.team.size
        return _by_third(errors.detach().cpu(), steps.cpu())

    def store(self) -> None:
        """Write everything that is needed to go on as if the run had never ended."""
        checkpoint_write(
            self.config.folders.work / "painter.pt",
            {
                "learner": self.learner.state_dict(),
                "average": self.average.weights,
                "average_steps": self.average.steps,
                "optimiser": self.optimiser.state_dict(),
                "seen": self.seen,
                "seed_counter": self.seed_counter,
            },
        )

    def _lesson(self, lots: np.random.Generator) -> tuple[Tensor, Tensor]:
        chosen = lots.integers(0, len(self.indices), self.config.painter.batch)
        texts = [caption(self.data.scene(int(index)), lots) for index in self.indices[chosen]]
        latents = torch.from_numpy(self.latents[chosen]).float()
        return latents, torch.tensor(tokens_of(self.parts.tokenizer, texts))

    def _errors(self, latents: Tensor, tokens: Tensor, noise: Tensor, steps: Tensor) -> Tensor:
        noisy, velocity = self.noise.blend(latents, noise, steps)
        with torch.autocast(self.device.type, torch.bfloat16):
            words = self.parts.text(tokens).last_hidden_state
            guessed = self.parts.unet(noisy, steps, words, return_dict=False)[0]
        errors: Tensor = (guessed.float() - velocity).square().mean(dim=(1, 2, 3))
        return errors

    def _rest(self, journal: Journal) -> None:
        self.store()
        journal.report(seen=self.seen, seed_counter=self.seed_counter)
        self._show()

    def _show(self) -> None:
        """Store a grid: sketches above, then what is painted over them from three noise levels."""
        rows = [as_tensor(self._shown.pictures()[:SHOWN])]
        lots = np.random.default_rng(1)
        prompts = [full_caption(self._shown.scene(index), lots) for index in range(SHOWN)]
        defaults = self.config.painter.defaults
        with self.average.in_place(), torch.autocast(self.device.type, torch.bfloat16):
            pipeline = pipeline_of(self.parts)
            for guide in SHOWN_GUIDES:
                order = PaintingOrder(
                    prompts=prompts, sketches=rows[0], guide=guide, steps=defaults.steps,
                    guidance_scale=defaults.guidance_scale, seed=0,
                )  # fmt: skip
                rows.append(paint(pipeline, order))
        grid_write(self.config.folders.work / "grids" / f"painter-{self.seen:08d}.png", rows)

    @property
    def _shown(self) -> PictureSet:
        folder = self.data.folder.parent / "validation"
        return replace(self.data, folder=folder, count=1024, realm=Realm.VALIDATION)


def _by_third(errors: Tensor, steps: Tensor) -> dict[str, float]:
    """The mean error of all steps, and of those in each third of the schedule."""
    noted = {"loss": float(errors.mean())}
    for third, name in enumerate(("clear", "middle", "noisy")):
        inside = errors[(steps * 3 // 1000) == third]
        if len(inside):
            noted[name] = float(inside.mean())
    return noted
