"""The paint form where it orders a batch, and the faults of a batch in the fields of that form."""

import csv
import re
from collections.abc import Mapping
from dataclasses import replace

from django import forms

from aria_site.kernel.problems import InvalidInputError
from generation.axes import LABELS, NUMBERS, WHOLE
from generation.batch_specs import AxisAsk, AxisValue, BatchSpec
from generation.forms import PaintForm
from generation.models import Batch

NO_VALUES = "Say at least one value, with commas between several."
IN_OTHER_WORDS = {
    "y.field": "Choose something else than across.",
    "y.values[0]": "Search for something else than across.",
}
LONGEST = 20_000
_TOO_LONG = {"max_length": f"Keep this to {LONGEST:,} characters."}
_UNKNOWN = {"invalid_choice": "There is nothing by that name."}
_PLACE = re.compile(
    r"recipes\[(?P<line>\d+)\]\.(?P<own>\w+)|recipe\.(?P<base>\w+)|(?P<axis>[xy])\b.*?(?:\[(?P<at>\d+)\])?"
)


class BatchForm(PaintForm):
    """A batch as the tray sends it: what is varied is what the rest of the tray says."""

    batch = forms.ChoiceField(choices=Batch.Kind.choices, error_messages=_UNKNOWN)
    x_field = forms.ChoiceField(required=False, choices=list(LABELS.items()), error_messages=_UNKNOWN)
    x_values = forms.CharField(required=False, max_length=LONGEST, error_messages=_TOO_LONG)
    y_field = forms.ChoiceField(required=False, choices=list(LABELS.items()), error_messages=_UNKNOWN)
    y_values = forms.CharField(required=False, max_length=LONGEST, error_messages=_TOO_LONG)

    def batch_spec(self) -> BatchSpec:
        """The batch. Raises InvalidInputError naming each field that could not be read."""
        recipe = self.spec()
        match self.cleaned_data["batch"]:
            case "list":
                recipes = tuple(replace(recipe, prompt=line) for _, line in self._lines())
                return BatchSpec(kind="list", recipes=recipes or (recipe,))
            case "matrix":
                return BatchSpec(kind="matrix", recipe=recipe)
        return BatchSpec(kind="grid", recipe=recipe, x=self._axis("x", needed=True), y=self._axis("y", needed=False))

    def faults(self, problem: InvalidInputError) -> dict[str, str]:
        """What is wrong with the batch, told beside the fields of the form."""
        told: dict[str, str] = {}
        for place, sentence in problem.errors.items():
            field, said = self._fault(place, sentence)
            told.setdefault(field, said)
        return told

    def _fault(self, place: str, sentence: str) -> tuple[str, str]:
        named = _PLACE.fullmatch(place)
        if named is None:
            return ("prompt" if place == "recipes" else place), sentence
        if named["axis"] and "`x." in sentence.replace(f"`{place}`", ""):
            return f"{named['axis']}_values", IN_OTHER_WORDS[place]
        if named["axis"]:
            called = f"Value {int(named['at']) + 1}" if named["at"] else "This"
            return f"{named['axis']}_values", sentence.replace(f"`{place}`", called)
        field = named["own"] or named["base"]
        said = sentence.replace(f"`{place}`", f"`{field}`")
        if named["line"] and field == "prompt" and self._lines():
            said = f"Line {self._lines()[int(named['line'])][0]}: {said}"
        return field, said

    def _lines(self) -> list[tuple[int, str]]:
        """The lines of the prompt that hold anything, with their numbers."""
        lines = str(self.cleaned_data["prompt"]).splitlines()
        return [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]

    def _axis(self, name: str, *, needed: bool) -> AxisAsk | None:
        field, text = self.cleaned_data[f"{name}_field"], self.cleaned_data[f"{name}_values"]
        values = axis_values(field, text)
        if not values and (needed or field):
            raise InvalidInputError({f"{name}_values": NO_VALUES})
        return AxisAsk(field=field, values=values) if field else None


def axis_values(field: str, text: str) -> tuple[AxisValue, ...]:
    """The values that stand between commas; quotes hold together what has a comma of its own."""
    parts = next(csv.reader([" ".join(text.splitlines())], skipinitialspace=True), [])
    return tuple(_value(field, part.strip()) for part in parts if part.strip())


def _value(field: str, text: str) -> AxisValue:
    """A number where the field takes one; what is none stays text, and is refused as such."""
    try:
        if field in WHOLE:
            return int(text)
        if field in NUMBERS:
            return float(text)
    except ValueError:
        pass
    return text


def asks_for_a_batch(values: Mapping[str, object]) -> bool:
    """Whether the tray was sent to order a batch."""
    return bool(values.get("batch"))
