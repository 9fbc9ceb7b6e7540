"""Owns reading a prompt as a scene: words found part by part, colours given to what they stand by, gaps filled."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from starter.painter.defaults import Wishes, completed
from starter.painter.lexicon import ENGLISH, NEGATIONS, Meaning, Token, compound, fold, longest_phrase, meaning, tokens
from starter.painter.misspelt import meant
from starter.painter.scene import Scene

_SEED_SPACE = 2**63
_NEGATION_REACH = 2
_COLOUR_REACH = 3
_MOST_GUESSES = 24
_MOST_EXTRAS = 3
_PINK = Meaning("colour", "pink")
# A lesser thing that becomes the subject where the prompt names no other.
_PROMOTED = {"moon": "crescent", "boat": "sailboat", "birds": "bird"}
# A second subject that can at least be an extra.
_DEMOTED = {"sailboat": "boat", "bird": "birds", "crescent": "moon"}


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """A scene, the word that decided each part, and the words that steer nothing."""

    scene: Scene
    found: dict[str, str]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words and what it stands for, if anything.

    `place` counts the content words before it, `at` all words, and `group` the commas.
    """

    typed: str
    meaning: Meaning | None
    group: int
    place: int
    at: int
    negated: bool = False


@dataclass(slots=True)
class _Reading:
    wishes: Wishes = field(default_factory=Wishes)
    found: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def decide(self, part: str, key: str, word: str) -> None:
        """Take a part's first word; later words that say something else steer nothing."""
        if part == "extras":
            self._add_extra(key, word)
        elif self.wishes.chosen.setdefault(part, key) == key:
            self.found.setdefault(part, word)
        elif part == "subject" and key in _DEMOTED:
            self._add_extra(_DEMOTED[key], word)
        else:
            self.unknown.append(word)

    def _add_extra(self, key: str, word: str) -> None:
        if key not in self.wishes.extras and len(self.wishes.extras) == _MOST_EXTRAS:
            self.unknown.append(word)
        else:
            self.wishes.extras.setdefault(key, word)

    def all_found(self) -> dict[str, str]:
        """Return the deciding words with those of all extras in one line."""
        words = ", ".join(dict.fromkeys(self.wishes.extras.values()))
        return self.found | {"extras": words} if words else self.found


def parse(prompt: str, *, seed: int) -> ParsedPrompt:
    """Read any text as a scene.

    A misspelt word decides only a part that no known word decides. Never raises: an empty or senseless prompt gives a
    scene drawn by the seed alone.
    """
    spans = _with_french_pink(_spans(tokens(prompt)))
    reading = _Reading()
    _read_known(reading, [span for span in spans if span.meaning])
    _read_colours(reading, spans)
    _read_unknown(reading, [span for span in spans if not span.meaning])
    _promote_extra(reading)
    scene = completed(reading.wishes, np.random.default_rng((seed % _SEED_SPACE, 3)))
    return ParsedPrompt(scene, reading.all_found(), tuple(dict.fromkeys(reading.unknown)))


def _spans(words: list[Token]) -> list[Span]:
    """Return the prompt's known phrases, longest first, and its other content words."""
    spans: list[Span] = []
    group = negation = at = 0
    for run, known in _runs(words):
        at += len(run)
        if run[0].is_break:
            group, negation = group + 1, 0
        elif run[0].text in NEGATIONS:
            negation = _NEGATION_REACH
        elif known or not run[0].is_empty:
            typed = " ".join(token.typed for token in run)
            for sense in (known,) if known else compound(run[0].text) or (None,):
                spans.append(Span(typed, sense, group, len(spans), at, negation > 0))
            negation = 0 if known else max(negation - 1, 0)
    return spans


def _runs(words: list[Token]) -> Iterator[tuple[list[Token], Meaning | None]]:
    """Yield the words in order, known phrases together with what they mean."""
    english = any(word.text in ENGLISH for word in words)
    at = 0
    while at < len(words):
        length, known = _match(words, at, english=english)
        yield words[at : at + length], known
        at += length


def _match(words: list[Token], at: int, *, english: bool) -> tuple[int, Meaning | None]:
    for length in range(min(longest_phrase(), len(words) - at), 0, -1):
        phrase = tuple(word.text for word in words[at : at + length])
        known = meaning(phrase, english=english) if "" not in phrase else None
        if known and not (length == 1 and words[at].typed.casefold() in ENGLISH):
            return length, known
    return 1, None


def _with_french_pink(spans: list[Span]) -> list[Span]:
    """Read "rose" as the colour where it stands right behind another subject, as in "château rose"."""
    subjects = {span.place for span in spans if _part(span) == "subject"}
    return [
        replace(span, meaning=_PINK) if fold(span.typed) == "rose" and span.place - 1 in subjects else span
        for span in spans
    ]


def _read_known(reading: _Reading, spans: Iterable[Span]) -> None:
    for span in spans:
        if span.meaning is None or (span.meaning.part == "colour" and not span.negated):
            continue
        if span.negated:
            reading.wishes.banned.add((span.meaning.part, span.meaning.key))
        else:
            reading.decide(span.meaning.part, span.meaning.key, span.typed)


def _read_colours(reading: _Reading, spans: list[Span]) -> None:
    """Give the colour that stands by the subject to it, and the next other one to its lesser parts."""
    colours = [span for span in spans if _part(span) == "colour" and not span.negated]
    subject = next((span for span in spans if _part(span) == "subject" and not span.negated), None)
    own = _own_colour(colours, subject, spans)
    for span in ([own] if own else []) + [span for span in colours if span is not own]:
        if span.meaning is None:
            continue
        key = span.meaning.key
        repeated = key in {reading.wishes.chosen.get("colour"), reading.wishes.chosen.get("accent")}
        part = "colour" if span is own else "accent"
        if not repeated:
            reading.decide(part, key, span.typed)


def _own_colour(colours: list[Span], subject: Span | None, spans: list[Span]) -> Span | None:
    free = [span for span in colours if not _belongs_elsewhere(span, spans)]
    if subject is None:
        return next(iter(free or colours), None)
    close = [
        span for span in colours if span.group == subject.group and 0 < subject.place - span.place <= _COLOUR_REACH
    ]
    before = [span for span in close if span in free or subject.at - span.at == subject.place - span.place]
    behind = [span for span in colours if span.group == subject.group and span.place == subject.place + 1]
    after = [span for span in behind if span in free or span.at == subject.at + 1]
    return next(iter(before or after or free), None)


def _belongs_elsewhere(colour: Span, spans: list[Span]) -> bool:
    """Say whether a colour stands before a thing that is not the subject, as in "with green eyes"."""
    following = spans[colour.place + 1] if colour.place + 1 < len(spans) else None
    return following is not None and following.group == colour.group and _part(following) in {None, "extras"}


def _part(span: Span) -> str | None:
    return span.meaning.part if span.meaning else None


def _read_unknown(reading: _Reading, spans: list[Span]) -> None:
    words = dict.fromkeys(span.typed for span in spans)
    for place, word in enumerate(words):
        guess = meant(fold(word)) if place < _MOST_GUESSES else None
        if guess and guess.part not in reading.wishes.chosen and reading.wishes.allows(guess.part, guess.key):
            reading.decide(guess.part, guess.key, word)
        else:
            reading.unknown.append(word)


def _promote_extra(reading: _Reading) -> None:
    """Make a moon, a boat or birds the subject of a prompt that names none."""
    if "subject" in reading.wishes.chosen:
        return
    extra = next((extra for extra in reading.wishes.extras if extra in _PROMOTED), None)
    if extra:
        reading.decide("subject", _PROMOTED[extra], reading.wishes.extras.pop(extra))
