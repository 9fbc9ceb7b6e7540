"""From one batch to its children: a list as it stands, a grid over two axes, every combination of a prompt's parts.

Pure: it knows no database and no clock, and the seeds that nobody chose come in as a function. Children stand in the
order in which they are shown: row by row, and in each row column by column.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aria_site.kernel.problems import InvalidInputError
from generation.axes import Setting, axis_label, axis_search, axis_settings, prompt_with
from generation.batch_specs import AxisAsk, BatchSpec
from generation.limits import MAX_BATCH
from generation.prompt_matrix import combination_name, matrix_parts, matrix_prompt
from generation.specs import JobSpec

FreshSeed = Callable[[], int]

MEMBERS = {"list": ("recipes",), "grid": ("recipe", "x", "y"), "matrix": ("recipe",)}
NEEDED = {"list": ("recipes",), "grid": ("recipe", "x"), "matrix": ("recipe",)}
"""What a batch of each kind is made of; a grid without `y` has one row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One job of a batch, and where in the request each of its fields stands."""

    spec: JobSpec
    within: str
    """The part of the request that its fields stand in: `recipes[3]`, or the one `recipe`."""
    varied: Mapping[str, str] = field(default_factory=dict)
    """Fields that an axis decides, each with the place of its value: `x.values[2]`."""

    def place_of(self, name: str) -> str:
        """Where the sender wrote that field."""
        return self.varied.get(name, f"{self.within}.{name}")

    def problems(self, errors: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with this job, told in the places of the request."""
        return {
            self.place_of(name): sentence.replace(f"`{name}`", f"`{self.place_of(name)}`")
            for name, sentence in errors.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What varies along one side of a sheet: its name, and the name of each column or row."""

    field: str
    label: str
    values: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The axis as JSON types."""
        return {"field": self.field, "label": self.label, "values": list(self.values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Every job of a batch in the order asked for, and the axes along which they stand."""

    children: tuple[Child, ...]
    many: str
    """The place in the request that decides how many there are."""
    x: Axis | None = None
    y: Axis | None = None

    def axes(self) -> dict[str, Any]:
        """The axes as JSON types; empty for a list."""
        return {name: axis.to_dict() for name, axis in (("x", self.x), ("y", self.y)) if axis}


def batch_expand(spec: BatchSpec, *, fresh_seed: FreshSeed) -> Expansion:
    """Make the children of a batch.

    The children of a grid or a matrix share one seed, unless an axis varies it: then -1 stands for a fresh one.
    Raises InvalidInputError naming each place of the request that is wrong; the fields of recipes are not its matter.
    """
    _check_members(spec)
    if spec.kind == "list":
        return _list(spec.recipes)
    recipe = spec.recipe or JobSpec(prompt="")
    if spec.kind == "matrix":
        return _matrix(recipe, fresh_seed)
    return _grid(recipe, spec, fresh_seed)


def _check_members(spec: BatchSpec) -> None:
    wrong = {
        name: f"`{name}` is missing. A {spec.kind} is made from it."
        for name in NEEDED[spec.kind]
        if not getattr(spec, name)
    }
    for name in ("recipes", "recipe", "x", "y"):
        if name not in MEMBERS[spec.kind] and getattr(spec, name):
            wrong[name] = f"A {spec.kind} has no `{name}`. Leave it out, or choose another `kind`."
    if wrong:
        raise InvalidInputError(wrong)


def _list(recipes: Sequence[JobSpec]) -> Expansion:
    _check_many(len(recipes), "recipes")
    children = (Child(spec=spec, within=f"recipes[{index}]") for index, spec in enumerate(recipes))
    return Expansion(children=tuple(children), many="recipes")


def _grid(recipe: JobSpec, spec: BatchSpec, fresh_seed: FreshSeed) -> Expansion:
    asked = {name: axis for name, axis in (("x", spec.x), ("y", spec.y)) if axis}
    _check_many(_product(asked.values()), "x.values")
    _check_axes(asked)
    problems: dict[str, str] = {}
    settings = {
        name: axis_settings(axis, name=name, prompt=recipe.prompt, fresh_seed=fresh_seed, problems=problems)
        for name, axis in asked.items()
    }
    if problems:
        raise InvalidInputError(problems)
    rows: Sequence[Setting | None] = settings.get("y", [None])
    base = _with_one_seed(recipe, fresh_seed)
    children = [_cell(base, [one for one in (column, row) if one]) for row in rows for column in settings["x"]]
    axes = {
        name: Axis(field=axis.field, label=axis_label(axis.field), values=tuple(one.label for one in settings[name]))
        for name, axis in asked.items()
    }
    return Expansion(children=tuple(children), many="x.values", x=axes["x"], y=axes.get("y"))


def _check_axes(asked: Mapping[str, AxisAsk]) -> None:
    """Two axes must not decide the same thing."""
    if len({axis.field for axis in asked.values()}) == len(asked):
        return
    axes = list(asked.values())
    if axes[0].field != "prompt":
        raise InvalidInputError({"y.field": "`y.field` must be another field than `x.field`."})
    if axes[0].values and axes[1].values and axis_search(axes[0]) == axis_search(axes[1]):
        raise InvalidInputError({"y.values[0]": "`y.values[0]` must be another text than `x.values[0]`."})


def _cell(base: JobSpec, settings: Sequence[Setting]) -> Child:
    """The recipe under one column and one row."""
    changes: dict[str, Any] = {}
    varied: dict[str, str] = {}
    for one in settings:
        changes |= one.changes
        varied |= dict.fromkeys(one.fields, one.place)
    swaps = dict(one.swap for one in settings if one.swap)
    prompt, missed = prompt_with(base.prompt, swaps)
    if missed:
        place = f"{settings[-1].place.partition('.')[0]}.values[0]"
        raise InvalidInputError({place: f"“{missed}” stands in the prompt only where the other axis replaces it."})
    return Child(spec=replace(base, prompt=prompt, **changes), within="recipe", varied=varied)


def _matrix(recipe: JobSpec, fresh_seed: FreshSeed) -> Expansion:
    parts = matrix_parts(recipe.prompt)
    if not all(parts):
        raise InvalidInputError({"recipe.prompt": "A part between two bars of `recipe.prompt` is empty. Fill it."})
    optional = parts[1:]
    if not optional:
        sentence = "`recipe.prompt` has no bar. Put optional parts behind bars: a harbour | fog | night."
        raise InvalidInputError({"recipe.prompt": sentence})
    _check_many(2 ** len(optional), "recipe.prompt")
    base = _with_one_seed(recipe, fresh_seed)
    children = (
        Child(spec=replace(base, prompt=matrix_prompt(parts, number)), within="recipe")
        for number in range(2 ** len(optional))
    )
    # The lowest bits of a combination's number are its column, the others its row: the order is row by row.
    across = -(-len(optional) // 2)
    return Expansion(
        children=tuple(children),
        many="recipe.prompt",
        x=_combinations(optional[:across]),
        y=_combinations(optional[across:]) if optional[across:] else None,
    )


def _combinations(parts: Sequence[str]) -> Axis:
    values = tuple(combination_name(parts, number) for number in range(2 ** len(parts)))
    return Axis(field="prompt", label=axis_label("prompt"), values=values)


def _with_one_seed(recipe: JobSpec, fresh_seed: FreshSeed) -> JobSpec:
    """Children that are compared differ in what is compared, not in their seed as well."""
    return replace(recipe, seed=fresh_seed()) if recipe.seed in {None, -1} else recipe


def _product(axes: Any) -> int:
    many = 1
    for axis in axes:
        many *= len(axis.values)
    return many


def _check_many(many: int, place: str) -> None:
    if many > MAX_BATCH:
        raise InvalidInputError({place: f"A batch has at most {MAX_BATCH} jobs; this would make {many}."})
