r"""The syntax of a prompt matrix: `always | maybe | maybe`, and every combination of the parts behind the bars.

A bar parts the prompt. `\|` is a bar that parts nothing and `\\` a backslash; any other backslash stands for itself.
Spaces around a part do not count. Parts are joined by a comma and a space, in the order in which they were written.
"""

import re
from collections.abc import Sequence

NONE_OF_THEM = "none"
_PIECES = re.compile(r"\\([\\|])|(\|)|([^\\|]+|\\)")


def matrix_parts(prompt: str) -> list[str]:
    """The first part, which every picture has, and the optional ones."""
    parts = [""]
    for escaped, bar, text in _PIECES.findall(prompt):
        if bar:
            parts.append("")
        else:
            parts[-1] += escaped or text
    return [part.strip() for part in parts]


def matrix_prompt(parts: Sequence[str], number: int) -> str:
    """The prompt of a combination: bit `i` of its number says whether optional part `i` is in it."""
    return ", ".join([parts[0], *_chosen(parts[1:], number)])


def combination_name(parts: Sequence[str], number: int) -> str:
    """What a column or a row of a matrix is called: the optional parts that are in it."""
    return ", ".join(_chosen(parts, number)) or NONE_OF_THEM


def _chosen(parts: Sequence[str], number: int) -> list[str]:
    return [part for place, part in enumerate(parts) if number >> place & 1]
