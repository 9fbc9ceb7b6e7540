"""Owns starting each kind of run with what it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starter.config import Config
from starter.training.assembly import autoencoder_of, fresh_painter, latents_of, painter_of, pictures_of, tokenizer_of
from starter.training.autoencoder_training import AutoencoderTraining
from starter.training.encoder_training import EncoderTraining, encoder_figures
from starter.training.journal import Journal
from starter.training.pace import Pace
from starter.training.painter_training import PainterTraining
from starter.training.resources import take_part_of_machine
from starter.training.seeds import Realm
from starter.training.team import Team, run_team


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a training run was asked for on the command line."""

    minutes: float
    cool_down: bool = False
    threads: int = 1
    workers: int = 1
    afresh: bool = False

    def pace(self, warm_up: int) -> Pace:
        """The rhythm of a run on these terms, starting now."""
        return Pace(minutes=self.minutes, warm_up=warm_up, cool_down=self.cool_down)


def take(*, threads: int, low_priority: bool) -> None:
    """Settle how much of the machine this process may use."""
    take_part_of_machine(threads=threads, low_priority=low_priority)


def draw_pictures(config: Config, *, first: int, stride: int) -> None:
    """Draw the pictures of training and validation that are not there yet."""
    journal = Journal(config.folders.work, "data")
    for realm in (Realm.VALIDATION, Realm.JUDGE_VALIDATION, Realm.JUDGE_TRAINING, Realm.TRAINING):
        for done in pictures_of(config, realm).draw_missing(first=first, stride=stride):
            journal.report(realm=int(realm), done=done)


def encode_latents(config: Config, at_most: int) -> None:
    """Encode the drawn training pictures with the present autoencoder."""
    latents, journal = latents_of(config), Journal(config.folders.work, "data")
    for done in latents.encode_all(autoencoder_of(config), at_most):
        if done % 3200 == 0:
            journal.report(latents=done)


def train_autoencoder(config: Config, terms: Terms) -> None:
    """Train both halves; latents made before are void afterwards."""
    pace = terms.pace(config.autoencoder.warm_up)
    AutoencoderTraining(config, pictures_of(config, Realm.TRAINING), encoder_stands=False).run(pace)


def train_decoder(config: Config, terms: Terms) -> None:
    """Train the decoder alone; latents stay valid."""
    pace = terms.pace(config.autoencoder.warm_up)
    AutoencoderTraining(config, pictures_of(config, Realm.TRAINING), encoder_stands=True).run(pace)


def train_encoder(config: Config, terms: Terms) -> None:
    """Train the curator's encoder and report how well it does on unseen pictures."""
    training = EncoderTraining(config, pictures_of(config, Realm.TRAINING), tokenizer_of(config))
    training.run(terms.pace(config.encoder.warm_up))
    training.model.eval()
    with training.average.in_place():
        unseen = pictures_of(config, Realm.VALIDATION)
        figures = encoder_figures(training.model, training.tokenizer, unseen, config.encoder.image_size)
    Journal(config.folders.work, "encoder").report(**figures)


def train_painter(config: Config, terms: Terms) -> None:
    """Train the UNet and its text tower, in as many processes as asked."""
    run_team(terms.workers, _train_painter, config, terms)


def _train_painter(team: Team, config: Config, terms: Terms) -> None:
    take_part_of_machine(threads=terms.threads, low_priority=False)
    parts, state = (fresh_painter(config), {}) if terms.afresh else painter_of(config)
    training = PainterTraining(config, latents_of(config), parts, state, team)
    training.run(terms.pace(config.painter.warm_up))


def train_judge(config: Config, terms: Terms) -> None:
    """Train the judge on pictures that no painter ever saw."""
    from starter.judge.classifier_training import ClassifierTraining

    ClassifierTraining(config).run(terms.pace(50))


TRAININGS: Mapping[str, Callable[[Config, Terms], None]] = {
    "autoencoder": train_autoencoder,
    "decoder": train_decoder,
    "encoder": train_encoder,
    "painter": train_painter,
    "judge": train_judge,
}
