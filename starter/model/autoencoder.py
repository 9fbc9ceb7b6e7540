"""Owns the autoencoder: pictures to 8 times smaller latents of four channels and back, in diffusers' own tiny format.

The encoder starts as an exact principal component analysis of 8x8 patches, made of its own convolutions; the decoder
starts as the identity. So both begin near something useful, and training only has to refine them.
"""

from typing import Any

import numpy as np
import torch
from diffusers.models.unets.unet_2d_blocks import AutoencoderTinyBlock
from numpy.typing import NDArray
from torch import Tensor, nn

from starter.config import AutoencoderConfig
from starter.model.kinds import AUTOENCODER, Autoencoder

FACTOR = 8
_PATCH_VALUES = FACTOR * FACTOR * 3


def new_autoencoder(config: AutoencoderConfig, patches: NDArray[np.float32]) -> Autoencoder:
    """A fresh autoencoder, its encoder set from sample patches of shape (count, 8, 8, 3) in 0 to 1."""
    model = blank_autoencoder(config)
    with torch.no_grad():
        _calm_blocks(model)
        _set_patches_to_depth(model.encoder)
        _set_principal_components(model, patches, config)
        _set_identity(model.decoder)
    return model


def blank_autoencoder(config: AutoencoderConfig) -> Autoencoder:
    """An autoencoder of the configured shape with arbitrary weights."""
    return AUTOENCODER(
        encoder_block_out_channels=(config.width,) * 4,
        decoder_block_out_channels=(config.width,) * 4,
        num_encoder_blocks=config.encoder_blocks,
        num_decoder_blocks=config.decoder_blocks,
        latent_channels=config.latent_channels,
        scaling_factor=config.scaling_factor,
    )


def encode(model: Autoencoder, pictures: Tensor) -> Tensor:
    """Pictures in 0 to 1 as (n, 3, h, w) to latents as the UNet sees them: spread about 1 in each channel."""
    latents: Tensor = model.encoder.layers(pictures) * model.config.scaling_factor
    return latents


def decode(model: Autoencoder, latents: Tensor) -> Tensor:
    """Latents as the UNet sees them to pictures, nominally in 0 to 1."""
    pictures: Tensor = model.decoder(latents / model.config.scaling_factor)
    return pictures.add(1).div(2)


@torch.no_grad()
def whiten(model: Autoencoder, latents: Tensor) -> None:
    """Fold mean and spread of sample latents into encoder and decoder, so that each channel has mean 0 and spread 1.

    The decoder's tanh bends a little differently afterwards: train the decoder on.
    """
    mean, spread = latents.mean(dim=(0, 2, 3)), latents.std(dim=(0, 2, 3))
    scale = model.config.scaling_factor
    last, first = model.encoder.layers[-1], model.decoder.layers[0]
    last.weight.div_(spread.view(-1, 1, 1, 1))
    last.bias.copy_((last.bias - mean / scale) / spread)
    first.bias.add_((first.weight.sum(dim=(2, 3)) * (mean / scale)).sum(dim=1))
    first.weight.mul_(spread.view(1, -1, 1, 1))


def _calm_blocks(model: Autoencoder) -> None:
    for block in model.modules():
        if isinstance(block, AutoencoderTinyBlock):
            block.conv[-1].weight.mul_(0.05)
            block.conv[-1].bias.zero_()


def _set_patches_to_depth(encoder: Any) -> None:
    """Let the first three convolutions hand on the untouched pixels: 3, then 12, then 48 channels."""
    layers = [layer for layer in encoder.layers if isinstance(layer, nn.Conv2d)][:3]
    channels = 3
    for index, layer in enumerate(layers):
        layer.weight.mul_(0.1)
        layer.weight[:channels].zero_()
        if layer.bias is not None:
            layer.bias.zero_()
        if index == 0:
            layer.weight[range(3), range(3), 1, 1] = 1.0
            continue
        for place in range(4):
            rows = range(place * channels, (place + 1) * channels)
            layer.weight[rows] = 0.0
            layer.weight[rows, range(channels), 1 + place // 2, 1 + place % 2] = 1.0
        channels *= 4


def _set_principal_components(model: Autoencoder, patches: NDArray[np.float32], config: AutoencoderConfig) -> None:
    """Let the last two convolutions project a patch onto its first components, each scaled to the same spread."""
    values = torch.from_numpy(patches.reshape(len(patches), _PATCH_VALUES)).double()
    mean = values.mean(dim=0)
    _, spreads, components = torch.linalg.svd(values - mean, full_matrices=False)
    count = config.latent_channels
    spread = spreads[:count] / len(patches) ** 0.5 * config.scaling_factor
    directions = (components[:count] / spread[:, None]).view(count, FACTOR, FACTOR, 3)
    gather, project = model.encoder.layers[-2], model.encoder.layers[-1]
    gather.weight[:count] = _by_stride(directions).to(gather.weight.dtype)
    project.weight.zero_()
    project.weight[range(count), range(count), 1, 1] = 1.0
    project.bias.copy_(-(components[:count] @ mean) / spread)


def _by_stride(directions: Tensor) -> Tensor:
    """Reorder patch weights (count, 8, 8, 3) to those of a 3x3 convolution of stride 2 over 48 channels."""
    weight = torch.zeros(len(directions), 48, 3, 3, dtype=directions.dtype)
    for row in range(FACTOR):
        for column in range(FACTOR):
            inner = (row % 2) * 2 + column % 2
            middle = (row // 2 % 2) * 2 + column // 2 % 2
            channels = [middle * 12 + inner * 3 + colour for colour in range(3)]
            weight[:, channels, 1 + row // 4, 1 + column // 4] = directions[:, row, column]
    return weight


def _set_identity(decoder: Any) -> None:
    layers: list[Any] = [layer for layer in decoder.layers if isinstance(layer, nn.Conv2d)]
    for layer in layers[1:-1]:
        layer.weight.mul_(0.1)
        channels = range(layer.weight.shape[0])
        layer.weight[channels, channels, 1, 1] += 1.0
    layers[-1].bias.data.fill_(0.5)
