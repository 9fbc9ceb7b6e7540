"""Taking orders."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from aria_site.accounts.models import User
from aria_site.kernel.problems import ConflictError, InvalidInputError
from generation import limits
from generation.models import DiffusionModel, Job
from generation.services import job_submit, submitting
from generation.specs import JobSpec, LoraAsk
from personas.models import Persona
from tests.support.model_folders import write_model_folder

pytestmark = pytest.mark.usefixtures("starter_model")


def test_a_prompt_alone_becomes_a_queued_job_with_the_models_defaults(alice: User) -> None:
    job = job_submit(owner=alice, spec=JobSpec(prompt="  a lighthouse "))

    recipe = job.recipe
    assert (job.state, job.count, job.keep, job.attempts) == (Job.State.QUEUED, 1, 1, 0)
    assert (recipe.prompt, recipe.resolved_prompt, recipe.negative_prompt) == ("a lighthouse", "a lighthouse", "")
    assert (recipe.width, recipe.height, recipe.steps) == (256, 256, 8)
    assert (recipe.guidance_scale, recipe.sampler, recipe.guide) == (5.0, "DPM++ 2M", 0.6)
    assert (recipe.model, recipe.model_revision) == ("starter", "0123456789ab")
    assert job.recipe_fingerprint == recipe.fingerprint()


def test_what_is_asked_for_goes_before_what_is_usual(alice: User) -> None:
    spec = JobSpec(
        prompt="x", negative="fog", width=512, height=256, steps=3, guidance=1.5, sampler="Euler", seed=9, guide=1.0
    )

    recipe = job_submit(owner=alice, spec=spec).recipe

    assert (recipe.width, recipe.height, recipe.steps, recipe.guidance_scale) == (512, 256, 3, 1.5)
    assert (recipe.negative_prompt, recipe.sampler, recipe.seed, recipe.guide) == ("fog", "Euler", 9, 1.0)


def test_seed_zero_is_a_seed(alice: User) -> None:
    assert job_submit(owner=alice, spec=JobSpec(prompt="x", seed=0)).recipe.seed == 0


@pytest.mark.parametrize("seed", [None, -1])
def test_a_fresh_seed_is_chosen_and_stored(alice: User, seed: int | None) -> None:
    seeds = {job_submit(owner=alice, spec=JobSpec(prompt="x", seed=seed)).recipe.seed for _ in range(4)}

    assert len(seeds) == 4
    assert all(0 <= chosen < 2**32 for chosen in seeds)


def test_a_personas_words_join_the_resolved_prompt_and_leave_the_written_one_alone(alice: User) -> None:
    Persona.objects.create(slug="mira", name="Mira", style="ink, rain", negative_prompt="sun")

    job = job_submit(owner=alice, spec=JobSpec(prompt="a harbour", persona="mira"))

    assert (job.recipe.prompt, job.recipe.resolved_prompt) == ("a harbour", "a harbour, ink, rain")
    assert (job.recipe.negative_prompt, job.recipe.persona, str(job.persona)) == ("sun", "mira", "Mira")


def test_rings_once_after_commit(
    alice: User, rings: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job_submit(owner=alice, spec=JobSpec(prompt="x"))
        assert rings == []

    assert rings == ["generation.ring"]


WRONG = {
    "an empty prompt": ({"prompt": ""}, "prompt"),
    "a blank prompt": ({"prompt": " \n"}, "prompt"),
    "a prompt of 10,000 characters": ({"prompt": "x" * 10_000}, "prompt"),
    "a control character in the prompt": ({"prompt": "a\x00b"}, "prompt"),
    "half a surrogate pair": ({"prompt": "a\ud800"}, "prompt"),
    "a negative prompt of 10,000 characters": ({"negative": "x" * 10_000}, "negative"),
    "size 513": ({"width": 513}, "width"),
    "a side under 128": ({"height": 96}, "height"),
    "a side over 2,048": ({"height": 4096}, "height"),
    "a billion steps": ({"steps": 10**9}, "steps"),
    "no steps": ({"steps": 0}, "steps"),
    "guidance that is no number": ({"guidance": math.nan}, "guidance"),
    "endless guidance": ({"guidance": math.inf}, "guidance"),
    "guidance below zero": ({"guidance": -1.0}, "guidance"),
    "a negative seed": ({"seed": -2}, "seed"),
    "a seed too large for JavaScript": ({"seed": 2**53}, "seed"),
    "no pictures": ({"count": 0}, "count"),
    "65 pictures": ({"count": 65}, "count"),
    "keeping none": ({"keep": 0}, "keep"),
    "keeping fewer than asked for": ({"count": 4, "keep": 2}, "keep"),
    "guide zero": ({"guide": 0.0}, "guide"),
    "guide that is no number": ({"guide": math.nan}, "guide"),
    "an unknown model": ({"model": "ghost"}, "model"),
    "an unknown persona": ({"persona": "ghost"}, "persona"),
    "an unknown sampler": ({"sampler": "ghost"}, "sampler"),
    "a LoRA": ({"loras": (LoraAsk(name="ink"),)}, "loras"),
    "a source": ({"source": "ab"}, "source"),
    "a mask": ({"mask": "ab"}, "mask"),
    "a strength": ({"strength": 0.5}, "strength"),
    "a reference": ({"reference": "ab"}, "reference"),
    "more than one job may take": ({"width": 2048, "height": 2048, "steps": 150, "count": 64}, "count"),
}


@pytest.mark.parametrize(("asked", "field"), WRONG.values(), ids=WRONG.keys())
def test_refuses_with_a_sentence_for_the_field_and_stores_nothing(
    alice: User, asked: dict[str, Any], field: str, rings: list[str]
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        job_submit(owner=alice, spec=JobSpec(**{"prompt": "x", **asked}))

    assert list(refusal.value.errors) == [field]
    assert refusal.value.errors[field].endswith(".")
    assert Job.objects.count() == 0
    assert rings == []


def test_names_every_wrong_field_at_once(alice: User) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        job_submit(owner=alice, spec=JobSpec(prompt="", width=513, steps=0, model="ghost"))

    assert set(refusal.value.errors) == {"prompt", "steps", "model"}


def test_a_model_without_sketch_refuses_a_guide(alice: User, starter_model: DiffusionModel, tmp_path: Path) -> None:
    starter_model.folder = str(write_model_folder(tmp_path / "plain", sketch=False, guide=None))
    starter_model.save()

    with pytest.raises(InvalidInputError) as refusal:
        job_submit(owner=alice, spec=JobSpec(prompt="x", guide=0.5))

    assert list(refusal.value.errors) == ["guide"]


def test_a_model_whose_folder_is_gone_is_refused_by_name(alice: User, starter_model: DiffusionModel) -> None:
    starter_model.folder = "/nowhere"
    starter_model.save()

    with pytest.raises(InvalidInputError) as refusal:
        job_submit(owner=alice, spec=JobSpec(prompt="x"))

    assert list(refusal.value.errors) == ["model"]
    assert Job.objects.count() == 0


def test_the_largest_job_that_is_allowed_is_taken(alice: User) -> None:
    spec = JobSpec(prompt="x" * limits.MAX_PROMPT, width=1024, height=1024, steps=30, count=64, seed=limits.MAX_SEED)

    assert job_submit(owner=alice, spec=spec).count == 64


def test_the_same_request_under_one_key_is_one_job(alice: User) -> None:
    first = job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k")

    assert job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k") == first
    assert Job.objects.count() == 1


def test_another_request_under_the_same_key_is_a_conflict(alice: User) -> None:
    job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k")

    with pytest.raises(ConflictError):
        job_submit(owner=alice, spec=JobSpec(prompt="y"), idempotency_key="k")
    assert Job.objects.count() == 1


def test_keys_of_different_people_do_not_meet(alice: User, bob: User) -> None:
    job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k")
    job_submit(owner=bob, spec=JobSpec(prompt="y"), idempotency_key="k")

    assert Job.objects.count() == 2


def test_of_two_equal_requests_at_once_both_get_the_one_job(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    first = job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k")
    look, looks = submitting._job_under_key, iter([None])
    monkeypatch.setattr(submitting, "_job_under_key", lambda *asked: next(looks, look(*asked)))

    second = job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k")

    assert second == first
    assert Job.objects.count() == 1


def test_the_database_itself_refuses_a_second_job_under_a_key(alice: User) -> None:
    job = job_submit(owner=alice, spec=JobSpec(prompt="x"), idempotency_key="k")

    with pytest.raises(IntegrityError):
        Job.objects.create(owner=alice, recipe_data=job.recipe_data, recipe_fingerprint="f", idempotency_key="k")
