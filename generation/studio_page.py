"""What the studio shows: the tray with its values and faults, the easel with one job, the person's queue."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aria_site.accounts.models import User
from aria_site.kernel.problems import NotFoundError
from aria_site.kernel.recipe import Recipe
from gallery.access import artwork_for_read
from gallery.labels import Placard, placards, recipe_or_none
from generation import limits
from generation.access import job_for_read
from generation.catalogue import model_manifest
from generation.engine.contract import EngineError
from generation.engine.manifest import ModelManifest
from generation.forms import CUSTOM, values_of_recipe
from generation.live import read_frame
from generation.models import DiffusionModel, Job
from generation.selectors import job_artworks, queue_of, workers_alive
from personas.models import Persona


@dataclass(frozen=True, slots=True, kw_only=True)
class SizePreset:
    """One shape to choose in the tray."""

    name: str
    icon: str
    width: int
    height: int

    @property
    def value(self) -> str:
        """The shape as the form sends it."""
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """The paint form: what can be chosen, what is chosen, and what is wrong with it."""

    values: Mapping[str, Any]
    presets: list[SizePreset]
    manifest: ModelManifest | None
    models: list[DiffusionModel]
    personas: list[Persona]
    trouble: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    limits: Any = limits

    @property
    def size(self) -> str:
        """The chosen shape; one that is no preset shows as custom."""
        chosen = self.values.get("size") or (self.presets[0].value if self.presets else CUSTOM)
        return chosen if chosen in {preset.value for preset in self.presets} else CUSTOM

    @property
    def side_step(self) -> int:
        """Sides are multiples of this."""
        return max(limits.SIDE_STEP, self.manifest.size_multiple if self.manifest else 0)

    @property
    def guide(self) -> str:
        """Where the composition slider stands."""
        return str(self.values.get("guide") or (self.manifest.guide if self.manifest else None) or 1)

    @property
    def option_fault(self) -> bool:
        """Whether something is wrong among the folded options."""
        return bool(self.faults.keys() - {"prompt", "count", "seed", "size"})

    @property
    def first_fault(self) -> str:
        """The field that gets the focus."""
        return next(iter(self.faults), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Easel:
    """One job on the easel, or an empty one."""

    job: Job | None
    recipe: Recipe | None = None
    """None where a newer Aria wrote it."""
    pictures: list[Placard] = field(default_factory=list)
    frame: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One unfinished job in the queue strip."""

    job: Job
    frame: str


def tray_for(values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> Tray:
    """The tray for the chosen model, with these values and faults."""
    models = list(DiffusionModel.objects.all())
    wanted = values.get("model")
    model = next((one for one in models if one.name == wanted), None) or next((m for m in models if m.is_default), None)
    manifest, trouble = _manifest(model)
    personas = list(Persona.objects.all())
    founder = personas[0].slug if personas else ""
    return Tray(
        values={"persona": founder, **values},
        presets=size_presets(manifest) if manifest else [],
        manifest=manifest,
        models=models,
        personas=personas,
        trouble=trouble,
        faults=faults or {},
    )


def size_presets(manifest: ModelManifest) -> list[SizePreset]:
    """The model's own shape, and an upright and a lying one that its sides allow."""
    step = max(limits.SIDE_STEP, manifest.size_multiple)
    long = max(manifest.width, manifest.height)
    short = max(limits.MIN_SIDE, long * 3 // 4 // step * step)
    return [
        SizePreset(name="Square", icon="square", width=long, height=long),
        SizePreset(name="Portrait", icon="rectangle-vertical", width=short, height=long),
        SizePreset(name="Landscape", icon="rectangle-horizontal", width=long, height=short),
    ]


def starting_values(user: User, easel: Easel, artwork_id: str | None) -> dict[str, Any]:
    """What the tray shows first: the recipe to use again, else that of the job on the easel, else nothing.

    Raises NotFoundError when the artwork is not there for this person.
    """
    if artwork_id:
        recipe = recipe_or_none(artwork_for_read(user, _uuid(artwork_id)))
        return values_of_recipe(recipe, seed=recipe.seed) if recipe else {}
    if easel.job and easel.recipe:
        return values_of_recipe(easel.recipe, seed=None, count=easel.job.count)
    return {}


def easel_for(user: User, job_id: str | None) -> Easel:
    """The named job, else the person's job that is being painted or waits. Raises NotFoundError."""
    job = job_for_read(user, _uuid(job_id)) if job_id else queue_of(user).first()
    return easel_of(job)


def easel_of(job: Job | None) -> Easel:
    """A job with the pictures it has made and, while it is painted, its newest frame."""
    if job is None:
        return Easel(job=None)
    pictures = placards(job_artworks(job))
    return Easel(job=job, recipe=recipe_or_none(job), pictures=pictures, frame=_frame_uri(job))


def waiting_for(user: User) -> dict[str, Any]:
    """The queue strip: the person's unfinished jobs, and whether anybody is there to paint them."""
    jobs = list(queue_of(user))
    return {
        "waiting": [Waiting(job=job, frame=_frame_uri(job)) for job in jobs],
        "nobody_paints": bool(jobs) and not workers_alive().exists(),
    }


def _frame_uri(job: Job) -> str:
    """The newest preview as an address that needs no request of its own."""
    frame = read_frame(job.pk) if job.state == Job.State.RUNNING else None
    return f"data:image/jpeg;base64,{base64.b64encode(frame.jpeg).decode()}" if frame else ""


def _manifest(model: DiffusionModel | None) -> tuple[ModelManifest | None, str]:
    if model is None:
        return None, "No model is registered. Add one in the admin."
    try:
        return model_manifest(model), ""
    except EngineError as error:
        return None, str(error)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFoundError from error
