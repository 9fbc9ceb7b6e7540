"""Owns the shape of a vocabulary entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias, TypeVar


@dataclass(frozen=True, slots=True)
class Term:
    """One thing the painter knows: its key, its names in captions, and further words that prompts use for it."""

    key: str
    english: tuple[str, ...]
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColourTerm(Term):
    """A colour word with its OKLCH value."""

    lightness: float
    chroma: float
    hue: float


T = TypeVar("T", bound=Term)
Terms: TypeAlias = MappingProxyType[str, T]


def term(key: str, english: str, heard: str = "") -> Term:
    """Read an entry from comma-separated word lists; `english` goes into captions, `heard` is for parsing only."""
    return Term(key, _words(english), _words(heard))


def colour(key: str, oklch: tuple[float, float, float], english: str, heard: str = "") -> ColourTerm:
    """Read a colour entry; see `term`."""
    return ColourTerm(key, _words(english), _words(heard), *oklch)


def table(entries: Iterable[T]) -> Terms[T]:
    """Index entries by key, in their order."""
    return MappingProxyType({entry.key: entry for entry in entries})


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
