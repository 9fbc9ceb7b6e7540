"""Owns the UNet that paints: attention only where the picture is smallest; the text is also part of the time step."""

from diffusers.models.attention_processor import AttnProcessor

from starter.config import Config
from starter.model.kinds import UNET, Unet

LATENT_SIDE = 32


def new_unet(config: Config) -> Unet:
    """An untrained UNet."""
    painter = config.painter
    return UNET(
        sample_size=LATENT_SIDE,
        in_channels=config.autoencoder.latent_channels,
        out_channels=config.autoencoder.latent_channels,
        block_out_channels=painter.channels,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        cross_attention_dim=config.text.width,
        attention_head_dim=painter.heads,
        norm_num_groups=painter.groups,
        resnet_time_scale_shift="scale_shift",
        addition_embed_type="text",
        addition_embed_type_num_heads=painter.heads,
    )


def prepare_for_training(unet: Unet) -> None:
    """Plain attention: on a CPU its backward pass is far quicker than the fused one."""
    unet.set_attn_processor(AttnProcessor())
