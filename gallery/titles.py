"""Titles and alternative texts, made from what the picture was painted from."""

import re

MAX_TITLE = 80
_SPACES = re.compile(r"\s+")


def title_from_prompt(prompt: str) -> str:
    """The prompt's first clause as a title: capitalised, whole words, at most 80 characters."""
    plain = _SPACES.sub(" ", prompt).strip()
    clause = plain.split(",", 1)[0].strip() or plain
    if len(clause) > MAX_TITLE:
        clause = clause[: MAX_TITLE - 1].rsplit(" ", 1)[0] + "…"
    return clause[:1].upper() + clause[1:]


def alt_from_prompt(prompt: str) -> str:
    """What a screen reader says of a picture nobody has described yet. At most 500 characters."""
    plain = _SPACES.sub(" ", prompt).strip()
    return f"AI-made picture of: {plain}"[:500]
