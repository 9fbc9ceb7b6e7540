"""The tokenizer: every text has tokens, and they fit the text tower."""

import pytest
from transformers import CLIPTokenizer

from starter.config import TokenizerConfig
from starter.model.tokenizer import new_tokenizer, tokens_of

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def tokenizer() -> CLIPTokenizer:
    return new_tokenizer(TokenizerConfig(size=600, length=16), ["a red cat", "a red sky", "the red cats sleep"] * 20)


def test_covers_every_byte_so_no_text_is_unknown(tokenizer: CLIPTokenizer) -> None:
    for text in ("Zürich 猫 🎨", "".join(chr(code) for code in range(33, 256)), "\u0001\u0002"):
        ids = tokenizer(text)["input_ids"]

        assert tokenizer.eos_token_id not in ids[1:-1]


def test_learned_words_are_one_token(tokenizer: CLIPTokenizer) -> None:
    assert tokenizer.tokenize("a red cat") == ["a</w>", "red</w>", "cat</w>"]


def test_start_and_end_are_the_last_two_of_exactly_so_many_tokens(tokenizer: CLIPTokenizer) -> None:
    assert len(tokenizer) == 600
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id) == (598, 599)


def test_short_texts_are_filled_up_and_long_ones_cut(tokenizer: CLIPTokenizer) -> None:
    short, long = tokens_of(tokenizer, ["red", "red " * 500])

    assert len(short) == len(long) == 16
    assert short[2:] == [599] * 14
    assert long[-1] == 599


def test_a_stored_tokenizer_reads_the_same(tokenizer: CLIPTokenizer, tmp_path: object) -> None:
    tokenizer.save_pretrained(str(tmp_path))

    again = CLIPTokenizer.from_pretrained(str(tmp_path))

    assert again("a red über-cat")["input_ids"] == tokenizer("a red über-cat")["input_ids"]
