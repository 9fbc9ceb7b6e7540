"""Owns the tokenizer: byte pairs learned from the painter's own captions, in CLIP's format. Every byte is a token."""

import json
from collections.abc import Iterable
from typing import Any

from tokenizers import Tokenizer, models, trainers
from tokenizers.pre_tokenizers import ByteLevel
from transformers import CLIPTokenizer

from starter.config import TokenizerConfig

START, END = "<|startoftext|>", "<|endoftext|>"
WORD_END = "</w>"


def new_tokenizer(config: TokenizerConfig, texts: Iterable[str]) -> CLIPTokenizer:
    """Learn the merges from sample texts; ids are bytes, bytes that end a word, merges, start and end, in order."""
    merges = _learned_merges(config.size, texts)
    letters = sorted(ByteLevel.alphabet())
    tokens = [*letters, *(letter + WORD_END for letter in letters)]
    room = config.size - len(tokens) - 2
    kept = merges[:room]
    tokens += [left + right for left, right in kept]
    tokens += [f"<|spare{number}|>" for number in range(room - len(kept))]
    vocabulary = {token: number for number, token in enumerate([*tokens, START, END])}
    return CLIPTokenizer(vocab=vocabulary, merges=_pairs(kept), model_max_length=config.length)


def tokens_of(tokenizer: CLIPTokenizer, texts: list[str]) -> list[list[int]]:
    """Token ids, padded or cut to the tokenizer's length."""
    tokenized = tokenizer(texts, padding="max_length", truncation=True, max_length=tokenizer.model_max_length)
    ids: list[list[int]] = tokenized["input_ids"]
    return ids


def _pairs(merges: list[tuple[str, str]]) -> Any:
    """What the class takes: pairs, though it says that it wants strings."""
    return merges


def _learned_merges(size: int, texts: Iterable[str]) -> list[tuple[str, str]]:
    """Byte pairs in the order they were learned, none of them longer than a word."""
    blank = CLIPTokenizer(vocab={START: 0, END: 1}, merges=[]).backend_tokenizer
    learner = Tokenizer(models.BPE(end_of_word_suffix=WORD_END))
    learner.normalizer, learner.pre_tokenizer = blank.normalizer, blank.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=size, end_of_word_suffix=WORD_END, initial_alphabet=ByteLevel.alphabet(), show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    merges: list[list[str]] = json.loads(learner.to_str())["model"]["merges"]
    return [(left, right) for left, right in merges]
