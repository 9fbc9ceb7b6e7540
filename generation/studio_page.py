"""What the studio shows: the tray with its values and faults, the easel with one job, the person's queue."""

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
from generation.access import job_for_read, may_operate_queue, may_prioritise
from generation.axes import LABELS
from generation.batch_page import BatchLine, batches_waiting
from generation.catalogue import model_manifest
from generation.engine.contract import EngineError
from generation.engine.manifest import PAINTS_OVER, ModelManifest
from generation.forms import CUSTOM, values_of_recipe
from generation.frames import frame_uri
from generation.models import DiffusionModel, Job
from generation.ordering import side_step, size_over
from generation.queue_notice import queue_notice
from generation.quota_words import left_sentence
from generation.quotas import allowance_of, limits_of
from generation.selectors import (
    failed_lately,
    job_artworks,
    queue_of,
    queue_pause_in_force,
    stands_among_others,
    workers_alive,
)
from generation.tray_pictures import TrayPicture, picture_shown, picture_values
from generation.waiting import words_of
from personas.models import Persona

MODELS_TO_COMPARE = 2
BATCH_FIELDS = frozenset({"batch", "x_field", "x_values", "y_field", "y_values"})
"""Fields of the fold that orders a batch."""
BESIDE_THE_PROMPT = BATCH_FIELDS | {"prompt", "count", "seed", "size", "source", "upload", "mask", "strength"}
"""Fields that do not stand among the folded options."""


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
    picture: TrayPicture | None = None
    """What is painted over."""
    may_prioritise: bool = False
    """Whether this person may let jobs cut in line."""
    refusal: str = ""
    """Why there is no room for what was asked for."""
    limits: Any = limits

    @property
    def paints_over(self) -> bool:
        """Whether the model takes a picture to paint over."""
        return self.manifest is not None and self.manifest.family in PAINTS_OVER

    @property
    def strength(self) -> str:
        """Where the strength slider stands."""
        return str(self.values.get("strength") or limits.DEFAULT_STRENGTH)

    @property
    def size(self) -> str:
        """The chosen shape, at first that of the picture to paint over; one that is no preset shows as custom."""
        chosen = self.values.get("size") or (self._first_shape.value if self._first_shape else CUSTOM)
        return chosen if chosen in {preset.value for preset in self.presets} else CUSTOM

    @property
    def _first_shape(self) -> SizePreset | None:
        if self.picture and self.manifest:
            return _shape_of(self.picture, self.manifest)
        return self.presets[0] if self.presets else None

    @property
    def side_step(self) -> int:
        """Sides are multiples of this."""
        return side_step(self.manifest) if self.manifest else limits.SIDE_STEP

    @property
    def guide(self) -> str:
        """Where the composition slider stands."""
        return str(self.values.get("guide") or (self.manifest.guide if self.manifest else None) or 1)

    @property
    def option_fault(self) -> bool:
        """Whether something is wrong among the folded options."""
        return bool(self.faults.keys() - BESIDE_THE_PROMPT)

    @property
    def batch_open(self) -> bool:
        """Whether a batch is being ordered."""
        return bool(self.values.get("batch") or self.faults.keys() & BATCH_FIELDS)

    @property
    def axis_choices(self) -> list[tuple[str, str]]:
        """What can vary along an axis: with this model, and with or without a picture to paint over."""
        useless = {"model"} if len(self.models) < MODELS_TO_COMPARE else set()
        useless |= {"guide"} if self.picture else {"strength"}
        useless |= {"guide"} if self.manifest is None or not self.manifest.sketch else set()
        return [(name, label) for name, label in LABELS.items() if name not in useless]

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
    among_others: bool = False
    """Whether it waits beside others that it can be put before or behind."""
    words: str = ""
    """When it will be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One unfinished job in the queue strip, or the first one of a batch for all of it."""

    job: Job
    frame: str
    behind_another: bool
    """Whether it can go up."""
    words: str
    """Its place in line, and when it will be done."""
    batch: BatchLine | None = None


def tray_for(viewer: User, values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> Tray:
    """The tray for the chosen model, with these values and faults."""
    models = list(DiffusionModel.objects.all())
    wanted = values.get("model")
    model = next((one for one in models if one.name == wanted), None) or next((m for m in models if m.is_default), None)
    manifest, trouble = _manifest(model)
    personas = list(Persona.objects.all())
    founder = personas[0].slug if personas else ""
    picture = picture_shown(viewer, values["source"]) if values.get("source") else None
    return Tray(
        values={"persona": founder, **values},
        presets=_presets(manifest, picture) if manifest else [],
        manifest=manifest,
        models=models,
        personas=personas,
        trouble=trouble,
        faults=faults or {},
        picture=picture,
        may_prioritise=may_prioritise(viewer),
    )


def size_presets(manifest: ModelManifest) -> list[SizePreset]:
    """The model's own shape, and an upright and a lying one that its sides allow."""
    step = side_step(manifest)
    long = max(manifest.width, manifest.height)
    short = max(limits.MIN_SIDE, long * 3 // 4 // step * step)
    return [
        SizePreset(name="Square", icon="square", width=long, height=long),
        SizePreset(name="Portrait", icon="rectangle-vertical", width=short, height=long),
        SizePreset(name="Landscape", icon="rectangle-horizontal", width=long, height=short),
    ]


def _presets(manifest: ModelManifest, picture: TrayPicture | None) -> list[SizePreset]:
    """The shapes of the model, and that of the picture to paint over where it is none of them."""
    presets = size_presets(manifest)
    shape = _shape_of(picture, manifest) if picture else None
    return presets if shape is None or shape.value in {one.value for one in presets} else [shape, *presets]


def _shape_of(picture: TrayPicture, manifest: ModelManifest) -> SizePreset:
    width, height = size_over(picture.chosen, manifest)
    return SizePreset(name="Like the picture", icon="image", width=width, height=height)


def starting_values(
    user: User, easel: Easel, *, artwork_id: str | None = None, source_id: str | None = None
) -> dict[str, Any]:
    """What the tray shows first: a recipe to use again or a work to vary, else the job on the easel, else nothing.

    Raises NotFoundError when the artwork is not there for this person.
    """
    if source_id:
        work = artwork_for_read(user, _uuid(source_id))
        recipe = recipe_or_none(work)
        return {**(values_of_recipe(recipe, seed=None) if recipe else {}), "source": str(work.pk), "size": None}
    if artwork_id:
        work = artwork_for_read(user, _uuid(artwork_id))
        recipe = recipe_or_none(work)
        return _values_again(user, recipe, seed=recipe.seed, parent_id=work.parent_id) if recipe else {}
    if easel.job and easel.recipe:
        values = _values_again(user, easel.recipe, seed=None, parent_id=easel.job.parent_id)
        return {**values, "count": easel.job.count}
    return {}


def _values_again(user: User, recipe: Recipe, *, seed: int | None, parent_id: UUID | None) -> dict[str, Any]:
    return {**values_of_recipe(recipe, seed=seed), **picture_values(user, recipe, parent_id)}


def easel_for(user: User, job_id: str | None) -> Easel:
    """The named job, else the person's job that is being painted or waits. Raises NotFoundError."""
    job = job_for_read(user, _uuid(job_id)) if job_id else queue_of(user).first()
    return easel_of(job)


def easel_of(job: Job | None) -> Easel:
    """A job with the pictures it has made and, while it is painted, its newest frame."""
    if job is None:
        return Easel(job=None)
    pictures = placards(job_artworks(job))
    return Easel(
        job=job,
        recipe=recipe_or_none(job),
        pictures=pictures,
        frame=frame_uri(job),
        among_others=stands_among_others(job),
        words=words_of([job])[job.pk],
    )


def waiting_for(user: User) -> dict[str, Any]:
    """The queue strip: what is unfinished, what can be done with it, whether anybody paints it, what is left today."""
    jobs = list(queue_of(user))
    pause = queue_pause_in_force()
    return {
        "waiting": _waiting(jobs),
        "failed": list(failed_lately(user)),
        "some_wait": any(job.state == Job.State.QUEUED and not job.held for job in jobs),
        "some_paused": any(job.held for job in jobs),
        "nobody_paints": bool(jobs) and not workers_alive().exists(),
        "queue_notice": queue_notice(pause) if pause else "",
        "quota": _quota(user),
        "may_operate_queue": may_operate_queue(user),
        "may_prioritise": may_prioritise(user),
    }


def _quota(user: User) -> str:
    limit = limits_of(user).gpu_seconds
    return "" if limit is None else left_sentence(allowance_of(user, limit))


def _waiting(jobs: list[Job]) -> list[Waiting]:
    """A line for each job, and one for all jobs of a batch where the first of them stands."""
    batches, words = batches_waiting(jobs), words_of(jobs)
    return [
        Waiting(
            job=job,
            frame=frame_uri(job),
            behind_another=before is not None and _same_line(before, job),
            words=words[job.pk],
            batch=batches.pop(job.batch_id, None),
        )
        for before, job in zip([None, *jobs], jobs, strict=False)
        if job.batch_id is None or job.batch_id in batches
    ]


def _same_line(before: Job, job: Job) -> bool:
    """Whether two jobs of one person are both waiting and equally urgent."""
    return before.state == job.state == Job.State.QUEUED and before.priority == job.priority


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
