"""What programs send to have something painted, and what they read about it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.urls import reverse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gallery.api.schemas import ArtworkOut, PaintedOnOut, RecipeOut
from gallery.labels import recipe_or_none
from gallery.models import Artwork
from generation import limits
from generation.catalogue import model_manifest
from generation.engine.contract import EngineError
from generation.models import DiffusionModel, Job, Reproduction, StoredPicture
from generation.services import JobOutlook
from generation.specs import JobSpec, LoraAsk
from generation.verdicts import verdict_sentence

JobStatus = Literal["queued", "running", "succeeded", "failed", "cancelled"]
JobKind = Literal["painting", "reproduction"]
Verdict = Literal["identical", "within_tolerance", "different"]

NAME_LENGTH = 200
MAX_LORAS = 16
# For readers of the OpenAPI document; the service says it in better sentences than a pattern could.
WITHOUT_CONTROL_CHARACTERS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
PAINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

Side = Annotated[int, Field(ge=limits.MIN_SIDE, le=limits.MAX_SIDE, multiple_of=limits.SIDE_STEP)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH)]
Priority = Annotated[int, Field(ge=-limits.MAX_PRIORITY, le=limits.MAX_PRIORITY)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class LoraIn(BaseModel):
    """A LoRA by its registered name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name
    weight: Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)] = 1.0


class JobIn(BaseModel):
    """What to paint. All but `prompt` is optional: what is left out is what the model is best at."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"prompt": "a lighthouse at dusk", "count": 4, "seed": 7, "persona": "aria"}]},
    )

    prompt: Annotated[str, Field(min_length=1, max_length=limits.MAX_PROMPT, json_schema_extra={"pattern": PAINTABLE})]
    negative: Annotated[
        str, Field(max_length=limits.MAX_NEGATIVE, json_schema_extra={"pattern": WITHOUT_CONTROL_CHARACTERS})
    ] = ""
    model: Name | None = Field(None, description="Name of a model, see `/models`.")
    persona: Name | None = Field(None, description="Slug of a persona, see `/personas`.")
    width: Side | None = Field(None, description="Pixels. Some models want multiples of more than 8, see `/models`.")
    height: Side | None = None
    steps: Annotated[int, Field(ge=1, le=limits.MAX_STEPS)] | None = None
    guidance: Annotated[float, Field(ge=0, le=limits.MAX_GUIDANCE, allow_inf_nan=False)] | None = None
    sampler: Name | None = Field(None, description="See `/samplers`.")
    seed: Annotated[int, Field(ge=-1, le=limits.MAX_SEED)] | None = Field(
        None, description="Picture `i` is painted with `seed + i`. A fresh one is chosen for -1, or when left out."
    )
    count: Annotated[int, Field(ge=1, le=limits.MAX_COUNT)] = Field(1, description="How many pictures.")
    keep: Annotated[int, Field(ge=1, le=limits.MAX_COUNT)] | None = Field(
        None, description="How many of them are hung. Today all are: leave it out, or send `count`."
    )
    guide: Share | None = Field(
        None, description="Noise from which a model paints over its composition sketch; 1 switches the sketch off."
    )
    loras: Annotated[list[LoraIn], Field(max_length=MAX_LORAS)] = Field([], description="Not possible yet.")
    source: Name | None = Field(
        None, description="A picture to paint over: the id of an artwork, or the `sha256` that `/pictures` answered."
    )
    mask: Name | None = Field(
        None, description="Where `source` is repainted: white. Named like it, and of the same proportions."
    )
    strength: Share | None = Field(
        None, description=f"How much of `source` is repainted: 1 forgets it. {limits.DEFAULT_STRENGTH:g} if left out."
    )
    reference: Name | None = Field(None, description="Not possible yet.")
    priority: Priority = Field(
        0, description="Above 0 it cuts in line, below it lets others go first. Staff may set it: 403 for others."
    )

    def to_spec(self) -> JobSpec:
        """The request as the service takes it."""
        loras = tuple(LoraAsk(name=lora.name, weight=lora.weight) for lora in self.loras)
        return JobSpec(**{**self.model_dump(), "loras": loras})


class ReproductionOut(BaseModel):
    """An attempt to paint an artwork again, and how alike the two pictures are."""

    id: UUID
    artwork: UUID
    job: UUID = Field(description="The job that paints it; read it to see how far it is, or why it failed.")
    verdict: Verdict | None = Field(description="Null until both pictures were compared, and where the job failed.")
    summary: str = Field(description="The verdict as a sentence.", examples=["Every pixel is the same."])
    psnr: float | None = Field(description="Peak signal-to-noise ratio in decibels; null where the pixels are equal.")
    largest_difference: int | None = Field(description="Of one colour of one pixel, in grey levels of 255.")
    differing: str | None = Field(description="The first ingredient that is not what it was.", examples=["torch"])
    before: str | None = Field(description="That ingredient when the artwork was painted.", examples=["2.14.0"])
    now: str | None = Field(description="That ingredient when it was painted again.", examples=["2.14.1"])
    painted_on: PaintedOnOut = Field(description="What painted it again.")
    created_at: datetime
    judged_at: datetime | None

    @classmethod
    def of(cls, reproduction: Reproduction) -> "ReproductionOut":
        """The reproduction as programs see it. Reads no further rows when its job is loaded."""
        return cls(
            id=reproduction.pk,
            artwork=reproduction.artwork_id,
            job=reproduction.job_id,
            verdict=reproduction.verdict or None,
            summary=verdict_sentence(reproduction),
            psnr=reproduction.psnr,
            largest_difference=reproduction.largest_difference,
            differing=reproduction.differing or None,
            before=reproduction.before or None,
            now=reproduction.now or None,
            painted_on=PaintedOnOut.of(reproduction.facts),
            created_at=reproduction.created_at,
            judged_at=reproduction.judged_at,
        )


class ReproductionPageOut(BaseModel):
    """One page of an artwork's reproductions, newest first."""

    items: list[ReproductionOut]
    next: str | None = Field(description="Send it as `after` for the page behind; null at the end.")


class EtaOut(BaseModel):
    """When a job will be done, in seconds from this answer. Four of five jobs are done between `low` and `high`."""

    seconds: float = Field(ge=0, description="What is most likely.", examples=[42.0])
    low: float = Field(ge=0, examples=[35.0])
    high: float = Field(ge=0, examples=[60.0])

    @classmethod
    def of(cls, outlook: JobOutlook | None) -> "EtaOut | None":
        """What is told of it; None where nothing is."""
        if outlook is None or outlook.promise is None:
            return None
        promise = outlook.promise
        return cls(seconds=round(promise.seconds, 1), low=round(promise.low, 1), high=round(promise.high, 1))


class JobLinks(BaseModel):
    """Where this job is, and what can be done with it now."""

    self: str = Field(examples=["/api/v1/jobs/7d1f9c52-6a3f-4b52-8a0a-2f0d6f1f6c3e"])
    cancel: str | None = Field(description="POST here to stop it; null when it is over.")
    retry: str | None = Field(description="POST here to queue it again; null unless it failed or was cancelled.")
    pause: str | None = Field(
        description="POST here to let it wait until you resume it; null when it is over or paused."
    )
    resume: str | None = Field(description="POST here to resume it; null unless it is paused.")
    move: str | None = Field(description="POST here to move it among your waiting jobs; null unless it waits.")


class JobOut(BaseModel):
    """One order of pictures and how far it is."""

    id: UUID
    kind: JobKind = Field(description="A reproduction hangs nothing: it compares one picture with what hangs.")
    status: JobStatus
    held: bool = Field(description="Whether it is paused: it stays `queued` until it is resumed.")
    priority: int = Field(description="0 unless it was let cut in line, or lets others go first.")
    progress: float = Field(ge=0, le=1, description="Share of the painting that is done.", examples=[0.4])
    stage: str = Field(description="What the worker is at; empty while nothing is being painted.", examples=["step"])
    place: int | None = Field(
        description="Its place in line, 1 being the next one; null unless it is queued.", examples=[3]
    )
    eta: EtaOut | None = Field(
        description="When it will be done, by what workers took before. Null when it is over, and where it is not "
        "known: no worker is awake, or nothing was painted yet."
    )
    recipe: RecipeOut | None = Field(
        description="What is painted; nothing of it is open any more. Null only where a newer Aria wrote it."
    )
    count: int = Field(examples=[4])
    artworks: list[ArtworkOut] = Field(description="The finished pictures, in the order of their seeds.")
    batch: UUID | None = Field(description="The batch it belongs to; null where it was ordered alone.")
    batch_index: int | None = Field(description="Its place in the order of the batch, from 0 on.", examples=[3])
    reproduction: ReproductionOut | None = Field(description="What is compared; null unless it is a reproduction.")
    error: str | None = Field(description="Why it failed, in a sentence; null unless it failed.")
    error_code: str | None = Field(description="The same as a stable word for programs.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    links: JobLinks

    @classmethod
    def of(cls, job: Job, artworks: list[Artwork], outlook: JobOutlook | None = None) -> "JobOut":
        """The job as its owner's programs see it."""
        recipe = recipe_or_none(job)
        return cls(
            id=job.pk,
            kind=job.kind,
            status=job.state,
            held=job.held,
            priority=job.priority,
            progress=job.progress,
            stage=job.stage,
            place=outlook.place if outlook else None,
            eta=EtaOut.of(outlook),
            recipe=RecipeOut.of(recipe) if recipe else None,
            count=job.count,
            artworks=[ArtworkOut.of(artwork) for artwork in artworks],
            batch=job.batch_id,
            batch_index=job.batch_index,
            reproduction=ReproductionOut.of(job.reproduction) if job.kind == Job.Kind.REPRODUCTION else None,
            error=job.error or None,
            error_code=job.error_code or None,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            links=_links(job),
        )


class JobPageOut(BaseModel):
    """One page of your jobs, newest first."""

    items: list[JobOut]
    next: str | None = Field(description="Send it as `after` for the page behind; null at the end.")


class PictureLinks(BaseModel):
    """Where this picture is."""

    self: str = Field(description="This document.", examples=["/api/v1/pictures/9f2c…"])
    file: str = Field(description="Its PNG, for the person who brought it, signed in.")


class PictureOut(BaseModel):
    """A picture to paint over, or a mask that says where."""

    sha256: str = Field(description="Send it as `source` or `mask` of a job.", examples=["9f2c…"])
    width: int
    height: int
    created_at: datetime
    links: PictureLinks

    @classmethod
    def of(cls, picture: StoredPicture) -> "PictureOut":
        """The picture as its owner's programs see it."""
        return cls(
            sha256=picture.sha256,
            width=picture.width,
            height=picture.height,
            created_at=picture.created_at,
            links=PictureLinks(
                self=reverse("api:picture", args=[picture.sha256]),
                file=reverse("generation:picture", args=[picture.sha256]),
            ),
        )


class ModelOut(BaseModel):
    """A model that can be painted with, and what it paints best."""

    name: str = Field(description="Send it as `model` of a job.", examples=["starter"])
    title: str
    licence: str
    is_default: bool
    problem: str | None = Field(
        description="Why it cannot be painted with; null where it can, and then all below is set."
    )
    revision: str | None = None
    family: str | None = None
    width: int | None = None
    height: int | None = None
    size_multiple: int | None = Field(None, description="Both sides of a picture must be multiples of this.")
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    guide: float | None = Field(None, description="Null where the model paints over no composition sketch.")

    @classmethod
    def of(cls, model: DiffusionModel) -> "ModelOut":
        """The model and what its folder says of itself."""
        row = {"name": model.name, "title": model.title, "licence": model.licence, "is_default": model.is_default}
        try:
            manifest = model_manifest(model)
        except EngineError as error:
            return cls(**row, problem=str(error))
        told = ("revision", "family", "width", "height", "steps", "sampler", "guide")
        return cls(
            **row,
            **{name: getattr(manifest, name) for name in told},
            problem=None,
            size_multiple=max(limits.SIDE_STEP, manifest.size_multiple),
            guidance=manifest.guidance_scale,
        )


class ModelList(BaseModel):
    """Every registered model. There are few, so all come at once."""

    items: list[ModelOut]
    next: None = None


class SamplerOut(BaseModel):
    """A way of stepping from noise to picture."""

    name: str = Field(description="Send it as `sampler` of a job.", examples=["DPM++ 2M"])


class SamplerList(BaseModel):
    """Every sampler."""

    items: list[SamplerOut]
    next: None = None


def _links(job: Job) -> JobLinks:
    again = job.state in {Job.State.FAILED, Job.State.CANCELLED}
    return JobLinks(
        self=reverse("api:job", args=[job.pk]),
        cancel=None if job.is_terminal else reverse("api:job-cancel", args=[job.pk]),
        retry=reverse("api:job-retry", args=[job.pk]) if again else None,
        pause=None if job.is_terminal or job.held else reverse("api:job-pause", args=[job.pk]),
        resume=reverse("api:job-resume", args=[job.pk]) if job.held else None,
        move=reverse("api:job-move", args=[job.pk]) if job.state == Job.State.QUEUED else None,
    )
