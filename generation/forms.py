"""The paint form: reads what a person typed into a JobSpec. Bounds are the service's; here only the types are."""

from typing import Any

from django import forms

from aria_site.kernel.problems import InvalidInputError
from aria_site.kernel.recipe import Recipe
from generation.specs import JobSpec

CUSTOM = "custom"
_WHOLE = {"invalid": "This must be a whole number."}
_NUMBER = {"invalid": "This must be a number."}


class PaintForm(forms.Form):
    """One order as the tray of the studio sends it. Everything but the prompt may be left open."""

    prompt = forms.CharField(required=False)
    negative = forms.CharField(required=False)
    model = forms.CharField(required=False)
    persona = forms.CharField(required=False)
    size = forms.RegexField(
        rf"^(\d{{1,4}}x\d{{1,4}}|{CUSTOM})$", required=False, error_messages={"invalid": "There is no such size."}
    )
    width = forms.IntegerField(required=False, error_messages=_WHOLE)
    height = forms.IntegerField(required=False, error_messages=_WHOLE)
    steps = forms.IntegerField(required=False, error_messages=_WHOLE)
    guidance = forms.FloatField(required=False, error_messages=_NUMBER)
    guide = forms.FloatField(required=False, error_messages=_NUMBER)
    source = forms.CharField(required=False)
    mask = forms.CharField(required=False)
    strength = forms.FloatField(required=False, error_messages=_NUMBER)
    seed = forms.IntegerField(required=False, error_messages=_WHOLE)
    count = forms.IntegerField(required=False, error_messages=_WHOLE)
    priority = forms.IntegerField(required=False, error_messages=_WHOLE)

    def spec(self) -> JobSpec:
        """The order. Raises InvalidInputError naming each field that could not be read."""
        if not self.is_valid():
            raise InvalidInputError({name: str(errors[0]) for name, errors in self.errors.items()})
        own = {name: self.cleaned_data[name] for name in PaintForm.base_fields}
        given = {name: value for name, value in own.items() if value not in {None, ""}}
        size = given.pop("size", CUSTOM)
        if size != CUSTOM:
            given["width"], given["height"] = map(int, size.split("x"))
        return JobSpec(**{"prompt": "", **given})


def values_of_recipe(recipe: Recipe, *, seed: int | None, count: int = 1) -> dict[str, Any]:
    """What the tray shows so that painting again gives this recipe; without a seed, a sister of it."""
    return {
        "prompt": recipe.prompt,
        "negative": recipe.negative_prompt,
        "model": recipe.model,
        "persona": recipe.persona or "",
        "size": f"{recipe.width}x{recipe.height}",
        "width": recipe.width,
        "height": recipe.height,
        "steps": recipe.steps,
        "guidance": recipe.guidance_scale,
        "guide": recipe.guide,
        "seed": seed,
        "count": count,
    }
