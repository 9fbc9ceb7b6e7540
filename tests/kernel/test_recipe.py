"""The Recipe: immutable, versioned, with one spelling and one fingerprint."""

import dataclasses
import json

import pytest

from aria_site.kernel.recipe import LoraUse, Recipe, RecipeError
from tests.support.recipes import make_recipe

FINGERPRINT = "05b89c6dffe0680a9e2ed3bbb6729b76f7d7f76b5d881f92940907fa87f775e2"


def test_survives_the_way_through_json() -> None:
    recipe = make_recipe(loras=(LoraUse(name="ink", weight=0.8),), guide=0.6)

    read = Recipe.from_dict(json.loads(json.dumps(recipe.to_dict())))

    assert read == recipe


def test_equal_recipes_have_equal_fingerprints_whatever_the_order_of_their_keys() -> None:
    recipe = make_recipe()
    shuffled = dict(reversed(list(recipe.to_dict().items())))

    assert Recipe.from_dict(shuffled).fingerprint() == recipe.fingerprint()


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Recipe) if field.name != "version"])
def test_every_field_changes_the_fingerprint(field: str) -> None:
    recipe = make_recipe()
    value = [{"name": "ink", "weight": 1.0}] if field == "loras" else "changed"

    changed = Recipe.from_dict({**recipe.to_dict(), field: value})

    assert changed.fingerprint() != recipe.fingerprint()


def test_the_fingerprint_is_the_same_on_every_machine_and_in_every_release() -> None:
    assert make_recipe().fingerprint() == FINGERPRINT


def test_picture_i_of_a_job_differs_in_nothing_but_its_seed() -> None:
    recipe = make_recipe(seed=40)

    assert recipe.for_picture(2).changes_from(recipe) == {"seed": (40, 42)}


def test_a_recipe_of_a_newer_version_is_refused_with_a_sentence() -> None:
    with pytest.raises(RecipeError, match=r"^This recipe has version 2; this Aria reads version 1\.$"):
        Recipe.from_dict({**make_recipe().to_dict(), "version": 2})


def test_fields_that_are_not_known_are_named() -> None:
    with pytest.raises(RecipeError, match=r"does not know: ghost, spirit\.$"):
        Recipe.from_dict({**make_recipe().to_dict(), "spirit": 1, "ghost": 2})


def test_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_recipe().seed = 8  # type: ignore[misc]  # the very thing that must fail
