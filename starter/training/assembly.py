"""Owns putting the parts together: from checkpoints, from an exported folder, or fresh, whichever is there."""

from typing import Any

from open_clip.model import CLIP
from transformers import CLIPTokenizer

from starter.config import Config
from starter.model.autoencoder import blank_autoencoder
from starter.model.encoder import encoder_read, model_settings, new_encoder
from starter.model.folder import PainterParts, own_words_read, painter_read
from starter.model.kinds import Autoencoder
from starter.model.text_tower import copy_from_encoder, new_text_tower
from starter.model.tokenizer import new_tokenizer
from starter.model.unet import LATENT_SIDE, new_unet
from starter.training.checkpoints import checkpoint_read
from starter.training.latents import LatentSet
from starter.training.pictures import PictureSet
from starter.training.seeds import Realm
from starter.training.texts import tokenizer_texts

VALIDATION_PICTURES = 1024
State = dict[str, Any]


def pictures_of(config: Config, realm: Realm) -> PictureSet:
    """The set of pictures of one realm."""
    return PictureSet(
        folder=config.folders.work / "data" / realm.name.lower(),
        count=_counts(config).get(realm, VALIDATION_PICTURES),
        size=config.data.size,
        held_out_share=config.data.held_out_share,
        realm=realm,
    )


def _counts(config: Config) -> dict[Realm, int]:
    return {Realm.TRAINING: config.data.pictures, Realm.JUDGE_TRAINING: config.data.judge_pictures}


def latents_of(config: Config) -> LatentSet:
    """The latents of the training pictures."""
    return LatentSet(pictures_of(config, Realm.TRAINING), config.autoencoder.latent_channels, LATENT_SIDE)


def tokenizer_of(config: Config) -> CLIPTokenizer:
    """The exported tokenizer, or one that is learned now and kept in the work folder."""
    for folder in (config.folders.painter / "tokenizer", config.folders.work / "tokenizer"):
        if folder.exists():
            stored: CLIPTokenizer = CLIPTokenizer.from_pretrained(folder)
            return stored
    tokenizer = new_tokenizer(config.tokenizer, tokenizer_texts())
    tokenizer.save_pretrained(config.folders.work / "tokenizer")
    return tokenizer


def autoencoder_of(config: Config) -> Autoencoder:
    """The autoencoder from its checkpoint, or else from the exported folder. Raises OSError without either."""
    state = checkpoint_read(config.folders.work / "autoencoder.pt")
    if state is None:
        return painter_read(config.folders.painter).autoencoder
    model = blank_autoencoder(config.autoencoder)
    model.load_state_dict(state["model"])
    model.eval()
    return model


def encoder_of(config: Config) -> CLIP | None:
    """The curator's encoder from its checkpoint, or else from the exported folder; None without either."""
    state = checkpoint_read(config.folders.work / "encoder.pt")
    if state is not None:
        model = new_encoder(model_settings(config.encoder, config.text, config.tokenizer))
        model.load_state_dict(state["model"])
        return model.eval()
    return encoder_read(config.folders.encoder) if config.folders.encoder.exists() else None


def painter_of(config: Config) -> tuple[PainterParts, State]:
    """The painter and where her training stands.

    A checkpoint comes first; without one the exported folder is taken, with a fresh optimiser and the seed counter
    stored beside it; without that, an untrained UNet and the encoder's text tower.
    """
    state = checkpoint_read(config.folders.work / "painter.pt")
    exported = config.folders.painter / "aria.json"
    if state is None and exported.exists():
        return painter_read(config.folders.painter), exported_state(own_words_read(config.folders.painter))
    parts = fresh_painter(config)
    return parts, state or {}


def fresh_painter(config: Config) -> PainterParts:
    """A painter with an untrained UNet."""
    text = new_text_tower(config.text, config.tokenizer)
    encoder = encoder_of(config)
    if encoder is not None:
        copy_from_encoder(text, encoder)
    return PainterParts(new_unet(config), text, tokenizer_of(config), autoencoder_of(config))


def average_painter(config: Config) -> tuple[PainterParts, State]:
    """The painter with the averaged weights of her checkpoint: the one to export and to judge."""
    parts, state = painter_of(config)
    average = state.get("average", {})
    towers: tuple[tuple[str, Any], ...] = (("unet.", parts.unet), ("text.", parts.text))
    for prefix, part in towers:
        own = {name.removeprefix(prefix): value for name, value in average.items() if name.startswith(prefix)}
        part.load_state_dict(own, strict=False)
        part.eval()
    return parts, state


def exported_state(words: dict[str, Any]) -> State:
    """Where training stands according to an exported folder."""
    training = words["training"]
    return {"seen": training["samples_seen"], "seed_counter": training["seed_counter"]}
