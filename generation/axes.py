"""The axes of a grid: which fields of a recipe can vary along one, and how their values are read.

An axis over the prompt searches and replaces: its first value is what is searched for in the prompt, and each value
in turn stands in its place.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generation.batch_specs import AxisAsk, AxisValue

LABELS = {
    "prompt": "Prompt",
    "seed": "Seed",
    "steps": "Steps",
    "guidance": "Guidance",
    "sampler": "Sampler",
    "model": "Model",
    "guide": "Composition",
    "strength": "Strength",
    "size": "Size",
}
"""Every field that can vary, and what people call it."""
WHOLE, NUMBERS = frozenset({"seed", "steps"}), frozenset({"guidance", "guide", "strength"})
LARGEST = 2**53
"""What is larger is beyond every bound, and some of it beyond what a float can hold."""
_SIZE = re.compile(r"([0-9]{1,4})x([0-9]{1,4})")


class UnreadableValueError(ValueError):
    """A value of an axis is not of the kind that its field takes. The message says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value of an axis: what it is called, where it stands in the request, and what it does to a recipe."""

    label: str
    place: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    swap: tuple[str, str] | None = None
    """What is searched for in the prompt, and what stands in its place."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the recipe that it decides."""
        return ("prompt",) if self.swap else tuple(self.changes)


def axis_label(name: str) -> str:
    """What people call the field."""
    return LABELS[name]


def axis_settings(
    axis: AxisAsk, *, name: str, prompt: str, fresh_seed: Callable[[], int], problems: dict[str, str]
) -> list[Setting]:
    """The values of an axis in their order. What is wrong with them is added to `problems` by its place."""
    if axis.field not in LABELS:
        problems[f"{name}.field"] = f"`{name}.field` cannot vary. Known: {', '.join(LABELS)}."
        return []
    if not axis.values:
        problems[f"{name}.values"] = f"`{name}.values` is empty. Send at least one value."
        return []
    settings: list[Setting] = []
    for index, value in enumerate(axis.values):
        place = f"{name}.values[{index}]"
        try:
            setting = _setting(axis, value, place, fresh_seed)
        except UnreadableValueError as error:
            problems[place] = f"`{place}` {error}"
            continue
        if setting.label in {earlier.label for earlier in settings}:
            problems[place] = f"`{place}` is there twice. Send it once."
        settings.append(setting)
    if axis.field == "prompt" and axis_search(axis) not in prompt:
        problems.setdefault(f"{name}.values[0]", f"`{name}.values[0]` is searched for in the prompt, and not found.")
    return settings


def axis_search(axis: AxisAsk) -> str:
    """What an axis over the prompt searches for."""
    return str(axis.values[0]).strip()


def prompt_with(prompt: str, swaps: Mapping[str, str]) -> tuple[str, str]:
    """The prompt with everything replaced at once, so that nothing is replaced that was put there by another swap.

    Where searches overlap, the longest one wins. The second value is a search that found no place of its own, or empty.
    """
    if not swaps:
        return prompt, ""
    pattern = re.compile("|".join(re.escape(search) for search in sorted(swaps, key=len, reverse=True)))
    found: set[str] = set(pattern.findall(prompt))
    missed = next((search for search in swaps if search not in found), "")
    return pattern.sub(lambda hit: swaps[hit[0]], prompt), missed


def _setting(axis: AxisAsk, value: AxisValue, place: str, fresh_seed: Callable[[], int]) -> Setting:
    if axis.field == "prompt":
        text = _text(value)
        return Setting(label=text, place=place, swap=(axis_search(axis), text))
    if axis.field == "size":
        width, height = _size(value)
        return Setting(label=f"{width} by {height}", place=place, changes={"width": width, "height": height})
    read = _value(axis.field, value)
    if axis.field == "seed" and read == -1:
        read = fresh_seed()
    return Setting(label=_label(read), place=place, changes={axis.field: read})


def _value(name: str, value: AxisValue) -> AxisValue:
    if name in WHOLE:
        return _whole(value)
    return _number(value) if name in NUMBERS else _text(value)


def _text(value: AxisValue) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UnreadableValueError("must be text, and not empty.")
    return value.strip()


def _whole(value: AxisValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnreadableValueError("must be a whole number.")
    if abs(value) > LARGEST:
        raise UnreadableValueError("must be a smaller number.")
    return value


def _number(value: AxisValue) -> float:
    if isinstance(value, str | bool):
        raise UnreadableValueError("must be a number.")
    if isinstance(value, int):
        return float(_whole(value))
    return value


def _size(value: AxisValue) -> tuple[int, int]:
    size = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if size is None:
        raise UnreadableValueError("must be a width and a height, as in 512x768.")
    return int(size[1]), int(size[2])


def _label(value: AxisValue) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
