"""Owns captions: English prompts such as a person might type for a scene, wordy or terse, whole or in part."""

import numpy as np

from starter.painter.scene import Scene
from starter.painter.terms import Term
from starter.painter.vocabulary import COLOURS, EXTRAS, MOODS, STYLES, SUBJECTS, TIMES

_DROPPED = 0.25
_SUBJECT_DROPPED = 0.08
_EMPTY = 0.1
_WITH_NOISE = 0.22
_WITH_QUALITY = 0.2
_HEAD_FIRST = 0.6

_SUBJECT_FORMS = ("{}", "{}", "a {}", "picture of {}", "a painting of {}")
_COLOURED_FORMS = (
    "{colour} {subject}",
    "{colour} {subject}",
    "a {colour} {subject}",
    "{subject} in {colour}",
    "{subject}, {colour}",
    "{subject} with {colour} colours",
)
_COLOUR_FORMS = ("{}", "in {}", "{} colours", "mostly {}")
_ACCENT_FORMS = ("with {}", "{} details", "with {} details", "and {}", "{} accents")
_STYLE_FORMS = ("{}", "{}", "{} style", "as {}", "in {} style")
_TIME_FORMS = ("{}", "{}", "{} light")
_MOOD_FORMS = ("{}", "{} mood", "{} atmosphere", "{} feeling")
_EXTRA_FORMS = ("{}", "with {}", "{}")
_PREPOSITIONS = frozenset({"at", "in", "with", "by", "on", "made", "full"})
_QUALITY = (
    "masterpiece",
    "best quality",
    "highly detailed",
    "8k",
    "beautiful",
    "award winning",
    "professional",
    "trending on artstation",
    "4k",
    "sharp focus",
    "intricate",
    "stunning",
    "high resolution",
    "very detailed",
    "amazing",
)
_NOISE = (
    "account", "airport", "algebra", "anchor", "apple", "argument", "arrow", "bank", "basket", "battery", "bicycle",
    "blanket", "bottle", "bread", "brother", "bucket", "budget", "button", "camera", "carpet", "chair", "cheese",
    "clock", "contract", "corner", "council", "cousin", "dentist", "desk", "doctor", "door", "dragon", "elephant",
    "engine", "envelope", "factory", "farmer", "feather", "finger", "fork", "garage", "giant", "gift", "guitar",
    "hammer", "hat", "helmet", "history", "horse", "hospital", "idea", "invoice", "jacket", "keyboard", "king",
    "kitchen", "knife", "ladder", "laptop", "lawyer", "library", "machine", "magnet", "market", "medicine",
    "meeting", "mirror", "money", "monkey", "museum", "music", "needle", "newspaper", "number", "office", "onion",
    "paper", "passport", "pepper", "phone", "piano", "pillow", "pirate", "pizza", "pocket", "police", "portrait",
    "potato", "prince", "problem", "queen", "radio", "recipe", "robot", "roof", "sandwich", "scarf", "school",
    "science", "scissors", "shoe", "shoulder", "sister", "soldier", "spoon", "statue", "story", "suitcase", "table",
    "teacher", "telephone", "theatre", "ticket", "tiger", "tractor", "train", "truck", "umbrella", "uncle",
    "violin", "wallet", "warrior", "wedding", "window", "witch", "wizard", "woman", "worker", "zebra",
)  # fmt: skip


def caption(scene: Scene, rng: np.random.Generator) -> str:
    """Word a scene: synonyms and order by lot, parts left out, sometimes unrelated words, sometimes nothing at all."""
    if rng.random() < _EMPTY:
        return ""
    head = _head(scene, rng)
    rest = _details(scene, rng)
    if rng.random() < _WITH_QUALITY:
        rest += _some(rng, _QUALITY, 3)
    if rng.random() < _WITH_NOISE:
        rest += _some(rng, _NOISE, 4)
    parts = [rest[index] for index in rng.permutation(len(rest))]
    place = 0 if rng.random() < _HEAD_FIRST else int(rng.integers(len(parts) + 1))
    parts[place:place] = head
    return (", " if rng.random() < 0.75 else " ").join(parts)


def _head(scene: Scene, rng: np.random.Generator) -> list[str]:
    subject = _word(rng, SUBJECTS[scene.subject]) if rng.random() >= _SUBJECT_DROPPED else None
    colour = _word(rng, COLOURS[scene.colour]) if _kept(rng) else None
    if subject and colour:
        return [_with_article(_form(rng, _COLOURED_FORMS).format(colour=colour, subject=subject))]
    if subject:
        return [_with_article(_form(rng, _SUBJECT_FORMS).format(subject))]
    return [_form(rng, _COLOUR_FORMS).format(colour)] if colour else []


def _details(scene: Scene, rng: np.random.Generator) -> list[str]:
    named: list[tuple[Term, tuple[str, ...]]] = [
        (STYLES[scene.style], _STYLE_FORMS),
        (TIMES[scene.time], _TIME_FORMS),
        (MOODS[scene.mood], _MOOD_FORMS),
    ]
    if scene.accent is not None:
        named.append((COLOURS[scene.accent], _ACCENT_FORMS))
    named += [(EXTRAS[key], _EXTRA_FORMS) for key in scene.extras]
    return [_phrase(rng, forms, _word(rng, entry)) for entry, forms in named if _kept(rng)]


def _phrase(rng: np.random.Generator, forms: tuple[str, ...], word: str) -> str:
    """Put a name into a form, unless it is a whole phrase already ("in the fog")."""
    form = _form(rng, forms)
    return word if word.split(maxsplit=1)[0] in _PREPOSITIONS else form.format(word)


def _with_article(phrase: str) -> str:
    """Mend the article the forms begin with: "an owl", "two alps" without any."""
    if not phrase.startswith("a ") or phrase.startswith("a painting of"):
        return phrase
    noun = phrase.removeprefix("a ")
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _kept(rng: np.random.Generator) -> bool:
    return bool(rng.random() >= _DROPPED)


def _form(rng: np.random.Generator, forms: tuple[str, ...]) -> str:
    return forms[int(rng.integers(len(forms)))]


def _word(rng: np.random.Generator, entry: Term) -> str:
    """Pick a name; the plainest one comes up more often than each of the others."""
    return entry.english[0] if rng.random() < 0.3 else _form(rng, entry.english)


def _some(rng: np.random.Generator, words: tuple[str, ...], most: int) -> list[str]:
    return [str(word) for word in rng.choice(words, size=int(rng.integers(1, most + 1)), replace=False)]
