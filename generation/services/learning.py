"""Learning from what happened: what a painting cost its device, what a load took, and how good the forecast was."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from generation.engine.contract import PaintingFacts
from generation.forecasting.asking import Ask, ask_of
from generation.forecasting.pace import Load, Pace
from generation.models import Forecast, GpuTime, Job, LoadPace, PaintPace, Worker
from generation.services.claiming import Claim
from generation.services.ledger import company_of, share_of
from generation.services.outlooks import device_key, outlooks_of, pace_of, paces_learned


def forecast_note(job: Job) -> Forecast | None:
    """Write down when a queued job is foretold to be done, instead of what was written of it before.

    None, and nothing is written, where nothing can be foretold.
    """
    return next(iter(forecasts_note([job])), None)


def forecasts_note(jobs: Sequence[Job]) -> list[Forecast]:
    """The same for several jobs in one look: those of which something can be foretold have a forecast then."""
    made_at = timezone.now()
    outlooks = outlooks_of(jobs)
    forecasts = [
        Forecast(
            job=job,
            made_at=made_at,
            kind=outlook.kind,
            before=outlook.before,
            estimate_s=outlook.estimate_s,
            seconds=outlook.promise.seconds,
            low=outlook.promise.low,
            high=outlook.promise.high,
        )
        for job in jobs
        if (outlook := outlooks.get(job.pk)) and outlook.promise and outlook.estimate_s
    ]
    with transaction.atomic():
        Forecast.objects.filter(job__in=jobs).delete()
        return Forecast.objects.bulk_create(forecasts)


def painting_learn(claim: Claim, facts: PaintingFacts, *, stored_s: float) -> None:
    """Learn from a painting that ended well and took `stored_s` to be stored, and settle what was foretold of it.

    A painting that went on from a checkpoint tells nothing of the pace. Costs the same however much was learned before.
    """
    job = claim.job
    ask = ask_of(job.recipe_data, job.count)
    line = GpuTime.objects.filter(job=job.pk, ended_at__isnull=False).order_by("-ended_at").first()
    if ask is not None and line is not None:
        device = device_key(facts.device_name, facts.device)
        if facts.load_s > 0:
            _load_learn(ask.model, device, facts.load_s, worker=line.worker)
        if facts.paint_s > 0 and job.best_progress == 0:
            taken_s = facts.paint_s + stored_s
            share = share_held(line, taken_s)
            _pace_learn(ask, device, taken_s * share, share=share)
    _settle(job)


def share_held(line: GpuTime, taken_s: float) -> float:
    """Which part of its worker a closed lease had on average in its last seconds, in (0, 1].

    The time before, in which it waited for others or for a model, says nothing of its pace.
    """
    ended = line.ended_at or line.started_at
    began = max(line.started_at, ended - timedelta(seconds=taken_s))
    wall_s = (ended - began).total_seconds()
    return min(1.0, share_of(line, company_of(line), began=began, ended=ended) / wall_s) if wall_s > 0 else 1.0


def _pace_learn(ask: Ask, device: str, seconds: float, *, share: float) -> None:
    """One writer at a time for each pace."""
    key = {"model": ask.model, "device": device, "bucket": ask.bucket}
    prior = paces_learned().prior(ask, device)
    with transaction.atomic():
        PaintPace.objects.get_or_create(**key, defaults=_values(Pace()))
        row = PaintPace.objects.select_for_update().get(**key)
        learned = pace_of(row).learned(ask, seconds, share=share, prior=prior)
        PaintPace.objects.filter(pk=row.pk).update(**_values(learned), learned_at=timezone.now())


def _values(pace: Pace) -> dict[str, object]:
    return {
        "squares": list(pace.squares),
        "products": list(pace.products),
        "weight": pace.weight,
        "paintings": pace.paintings,
        "spread": pace.spread,
    }


def _load_learn(model: str, device: str, seconds: float, *, worker: str) -> None:
    """One writer at a time for each load."""
    with transaction.atomic():
        LoadPace.objects.get_or_create(model=model, device=device, defaults={"seconds": seconds})
        row = LoadPace.objects.select_for_update().get(model=model, device=device)
        load = Load(seconds=row.seconds, bytes=row.bytes).learned(seconds, bytes_in_memory(model, worker))
        LoadPace.objects.filter(pk=row.pk).update(
            seconds=load.seconds, bytes=load.bytes, loads=row.loads + 1, learned_at=timezone.now()
        )


def bytes_in_memory(model: str, worker: str) -> int:
    """What a model fills in a worker's memory, as its last heartbeat told; 0 where it did not."""
    pools = Worker.objects.filter(boot_id=worker).values_list("pool", flat=True)
    return next((int(held.get("bytes", 0)) for pool in pools for held in pool if held.get("name") == model), 0)


def _settle(job: Job) -> None:
    """Write down how long it took from the moment of its forecast."""
    now = timezone.now()
    forecast = Forecast.objects.filter(job=job.pk, settled_at=None).first()
    if forecast is not None:
        took_s = max(0.0, (now - forecast.made_at).total_seconds())
        Forecast.objects.filter(pk=forecast.pk, settled_at=None).update(took_s=took_s, settled_at=now)
