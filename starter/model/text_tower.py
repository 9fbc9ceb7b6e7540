"""Owns the painter's text tower: a CLIPTextModel, which may start as a copy of the encoder's trained text tower."""

import torch
from open_clip.model import CLIP
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from starter.config import TextConfig, TokenizerConfig


def new_text_tower(text: TextConfig, tokenizer: TokenizerConfig) -> CLIPTextModel:
    """An untrained text tower. Its last two tokens are start and end; the end also fills up short prompts."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=tokenizer.size,
            hidden_size=text.width,
            intermediate_size=4 * text.width,
            num_hidden_layers=text.layers,
            num_attention_heads=text.heads,
            max_position_embeddings=tokenizer.length,
            hidden_act="gelu",
            projection_dim=text.width,
            bos_token_id=tokenizer.size - 2,
            eos_token_id=tokenizer.size - 1,
            pad_token_id=tokenizer.size - 1,
        )
    )


@torch.no_grad()
def copy_from_encoder(tower: CLIPTextModel, encoder: CLIP) -> None:
    """Give the tower the weights of the encoder's text tower; both then return the same hidden states."""
    theirs = encoder.state_dict()
    ours = {
        "embeddings.token_embedding.weight": theirs["token_embedding.weight"],
        "embeddings.position_embedding.weight": theirs["positional_embedding"],
        "final_layer_norm.weight": theirs["ln_final.weight"],
        "final_layer_norm.bias": theirs["ln_final.bias"],
    }
    for layer in range(tower.config.num_hidden_layers):
        ours |= _layer(theirs, f"transformer.resblocks.{layer}.", f"encoder.layers.{layer}.")
    prefix = "text_model." if any(name.startswith("text_model.") for name in tower.state_dict()) else ""
    tower.load_state_dict({prefix + name: value for name, value in ours.items()}, strict=False)


def _layer(theirs: dict[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    ours = {}
    for kind in ("weight", "bias"):
        parts = theirs[f"{source}attn.in_proj_{kind}"].chunk(3)
        for name, part in zip(("q_proj", "k_proj", "v_proj"), parts, strict=True):
            ours[f"{target}self_attn.{name}.{kind}"] = part
        ours[f"{target}self_attn.out_proj.{kind}"] = theirs[f"{source}attn.out_proj.{kind}"]
        ours[f"{target}layer_norm1.{kind}"] = theirs[f"{source}ln_1.{kind}"]
        ours[f"{target}layer_norm2.{kind}"] = theirs[f"{source}ln_2.{kind}"]
        ours[f"{target}mlp.fc1.{kind}"] = theirs[f"{source}mlp.c_fc.{kind}"]
        ours[f"{target}mlp.fc2.{kind}"] = theirs[f"{source}mlp.c_proj.{kind}"]
    return ours
