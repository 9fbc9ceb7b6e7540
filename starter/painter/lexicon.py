"""Owns reading words: prompts cut into tokens, and the index that says what each word or phrase stands for."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from starter.painter.terms import Term
from starter.painter.vocabulary import COLOURS, EXTRAS, MOODS, STYLES, SUBJECTS, TIMES

Phrase: TypeAlias = tuple[str, ...]

_PARTS: tuple[tuple[str, Mapping[str, Term]], ...] = (
    ("subject", SUBJECTS),
    ("style", STYLES),
    ("time", TIMES),
    ("colour", COLOURS),
    ("mood", MOODS),
    ("extras", EXTRAS),
)
_NETWORK_TAG = re.compile(r"<[^<>]*>")
_WEIGHT = re.compile(r":\s*[+-]?\d+(?:\.\d+)?(?=\s*[)\]])")
_TOKEN = re.compile(r"[^\W_]+|[,;.|\n]")
_BREAKS = frozenset(",;.|\n")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# Endings of plurals and cases, with what to put in their place: English, German, French and Spanish.
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("x", ""), ("en", ""), ("er", ""), ("em", ""), ("n", ""), ("e", ""))
_NO_ENDINGS = frozenset({"wooden", "mister", "hearten", "starer", "winder"})
_SHORTEST_STEM = 3
_SHORTEST_CASE_STEM = 4
_SHORTEST_HALF = 4
# Words that mean something else in English: they count only where nothing says that the prompt is English.
_FALSE_FRIENDS = frozenset({"see", "tag", "rot", "boot", "boote", "chat", "pre", "alba", "pie", "mare", "ile"})

ENGLISH = frozenset(
    """
    a an the of in on at by for from to with and or over under above below near behind into onto is are was be
    been it its this that these those there here i me my we our you your he she his her they their them as but if
    so than then too very can could would should will want like show make made paint draw some any one two three
    who which what when where while about between through up down out off front back side top middle left right
    away far all more most just only not no without
    """.split()  # noqa: SIM905  prose is easier to keep in order than a list
)
FOREIGN = frozenset(
    """
    ein eine einen einem einer eines der die das den dem des und oder mit im am beim auf aus bei nach von vom zu
    zum zur über unter vor hinter neben zwischen in an ist sind ich mir mein für wie auch sehr nicht kein keine
    keinen ohne durch um es un une le la les l d du de des et ou avec dans sur sous au aux en à par pour est sont
    je mon ma mes très qui que ce cette sans pas el los las lo una unos unas y o con sobre bajo del al por para es
    son mi mis muy se su sus sin ni
    """.split()  # noqa: SIM905  prose is easier to keep in order than a list
)
# Words that any prompt may hold and that say nothing of the picture's content.
FILLERS = frozenset(
    """
    picture pictures painting painted image images artwork art illustration photo photograph photography scene
    view landscape style styled colour colours color colors coloured colored mood atmosphere light details detail
    accents accent masterpiece quality best highly detailed beautiful stunning amazing professional trending
    artstation award winning sharp focus intricate high resolution hd uhd k feeling mostly see aria please bild
    gemälde stil stimmung kunst image peinture tableau imagen pintura cuadro estilo sky sun's
    """.split()  # noqa: SIM905  prose is easier to keep in order than a list
)
NEGATIONS = frozenset({"no", "not", "without", "kein", "keine", "keinen", "ohne", "sans", "pas", "sin", "ni"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for: a part of the scene and a key of that part."""

    part: str
    key: str


@dataclass(frozen=True, slots=True)
class Token:
    """A word as typed and as compared; a break between two groups of words has no text."""

    typed: str
    text: str

    @property
    def is_break(self) -> bool:
        """Say whether this is a comma or the like."""
        return not self.text

    @property
    def is_empty(self) -> bool:
        """Say whether the word says nothing by itself: a stopword, a filler, a number or a single letter."""
        return len(self.text) < 2 or self.text.isdecimal() or self.text in _silent_words()


def fold(word: str) -> str:
    """Return a word without case and accents."""
    spread = unicodedata.normalize("NFKD", word.casefold().translate(_LIGATURES))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def tokens(prompt: str) -> list[Token]:
    """Cut a prompt into words and breaks, leaving out weights and network tags."""
    plain = _WEIGHT.sub("", _NETWORK_TAG.sub(" ", unicodedata.normalize("NFC", prompt)))
    return [Token(word, "" if word in _BREAKS else fold(word)) for word in _TOKEN.findall(plain)]


def meaning(phrase: Phrase, *, english: bool = False) -> Meaning | None:
    """Look a folded phrase up, trying plural and case endings on a single word."""
    if english and len(phrase) == 1 and phrase[0] in _FALSE_FRIENDS:
        return None
    index = _index()
    if phrase in index or len(phrase) > 1:
        return index.get(phrase)
    return next((index[(stem,)] for stem in _stems(phrase[0]) if (stem,) in index), None)


def compound(word: str) -> tuple[Meaning, Meaning] | None:
    """Take a folded word apart where both halves are known, as in "moonlitforest" or the German "winternacht"."""
    for cut in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1):
        first, second = meaning((word[:cut],)), meaning((word[cut:],))
        if first and second:
            return first, second
    return None


@lru_cache(maxsize=1)
def single_words() -> tuple[str, ...]:
    """Return every single word that is understood, of all languages, as it is compared."""
    return tuple(phrase[0] for phrase in _index() if len(phrase) == 1)


@lru_cache(maxsize=1)
def longest_phrase() -> int:
    """Return the number of words in the longest known phrase."""
    return max(len(phrase) for phrase in _index())


@lru_cache(maxsize=1)
def _index() -> Mapping[Phrase, Meaning]:
    entries: dict[Phrase, Meaning] = {}
    for part, terms in _PARTS:
        for entry in terms.values():
            for phrase in _spellings((entry.key, *entry.english, *entry.heard)):
                entries.setdefault(phrase, Meaning(part, entry.key))
    return MappingProxyType(entries)


@lru_cache(maxsize=1)
def _silent_words() -> frozenset[str]:
    return frozenset(fold(word) for word in ENGLISH | FOREIGN | FILLERS)


def _spellings(names: Iterable[str]) -> Iterable[Phrase]:
    """Yield the phrases of names, also with umlauts written out."""
    for name in names:
        for spelling in (name, name.casefold().translate(_UMLAUTS)):
            yield tuple(token.text for token in tokens(spelling) if not token.is_break)


def _stems(word: str) -> Iterable[str]:
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending) + instead
        shortest = _SHORTEST_STEM if ending in {"s", "es", "ies"} else _SHORTEST_CASE_STEM
        if word.endswith(ending) and len(stem) >= shortest and word not in _NO_ENDINGS:
            yield stem
