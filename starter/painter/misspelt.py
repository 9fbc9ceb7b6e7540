"""Owns finding the word that was meant by one that is misspelt: one letter too many, too few, wrong or out of turn."""

from functools import lru_cache

from starter.painter.lexicon import Meaning, meaning, single_words

# Shorter words lie too close together: a horse is no house, and a train no trail.
_SHORTEST = 6


@lru_cache(maxsize=4096)
def meant(word: str) -> Meaning | None:
    """What a folded, unknown word stands for if it is one slip away from known words that all mean the same."""
    if len(word) < _SHORTEST:
        return None
    meanings = {meaning((known,)) for known in single_words() if _is_slip(word, known)}
    return meanings.pop() if len(meanings) == 1 else None


def _is_slip(typed: str, known: str) -> bool:
    """Whether two words with the same first letter differ by one letter, or by two neighbours that changed places."""
    if typed[0] != known[0] or abs(len(typed) - len(known)) > 1:
        return False
    shorter = min(len(typed), len(known))
    same = next((at for at in range(shorter) if typed[at] != known[at]), shorter)
    typed, known = typed[same:], known[same:]
    while typed and known and typed[-1] == known[-1]:
        typed, known = typed[:-1], known[:-1]
    swapped = len(typed) == len(known) == 2 and typed == known[::-1]
    return swapped or (len(typed) <= 1 and len(known) <= 1)
