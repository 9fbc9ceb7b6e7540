"""What a studio knows that has painted before."""

from django.utils import timezone

from generation.forecasting.asking import ask_of
from generation.forecasting.pace import Pace
from generation.models import PaintPace, Worker
from tests.support.recipes import make_recipe


def painted_before(*, seconds: float, model: str = "starter", boot_id: str = "gpu0@here/1") -> Worker:
    """A worker that is awake, has the model in memory and took so long for the usual recipe."""
    ask = ask_of(make_recipe(model=model).to_dict(), 1)
    if ask is None:
        raise ValueError("The usual recipe asks for nothing.")
    pace = Pace().learned(ask, seconds)
    PaintPace.objects.create(
        model=ask.model,
        device="cpu",
        bucket=ask.bucket,
        squares=list(pace.squares),
        products=list(pace.products),
        weight=pace.weight,
        paintings=pace.paintings,
    )
    pool = [{"name": ask.model, "bytes": 10, "used_at": 0.0, "pinned": False}]
    return Worker.objects.create(
        boot_id=boot_id, name="gpu0@here", host="here", device="cpu", pool=pool, seen_at=timezone.now()
    )
