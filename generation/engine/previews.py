"""Live frames: what the device thread hands over, what a side thread makes of it, and how often."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from generation.engine.contract import Preview
from generation.engine.manifest import STABLE_DIFFUSION, STABLE_DIFFUSION_XL, ModelManifest
from generation.engine.tickets import QueueTicket

INTERVAL_S = 0.25
SMALLEST, LARGEST = 256, 384
JPEG_QUALITY = 80

# Linear maps from scaled latents to red, green and blue in [-1, 1], as they are published for these families.
_SD1 = (
    (0.3512, 0.2297, 0.3227),
    (0.3250, 0.4974, 0.2350),
    (-0.2829, 0.1762, 0.2721),
    (-0.2120, -0.2616, -0.7177),
)
_SDXL = (
    (0.3651, 0.4232, 0.4341),
    (-0.2533, -0.0042, 0.1068),
    (0.1076, 0.1111, -0.0362),
    (-0.3165, -0.2492, -0.2188),
)
_SDXL_BIAS = (0.1084, -0.0175, -0.0011)


@dataclass(frozen=True, slots=True)
class LatentColours:
    """The linear map from latents to colours of one model."""

    factors: NDArray[np.float32]
    """(channels, 3)"""
    bias: NDArray[np.float32]
    """(3,)"""

    def picture(self, latents: NDArray[np.float32]) -> NDArray[np.uint8]:
        """A small picture, one pixel per latent, of (channels, height, width) latents."""
        with np.errstate(all="ignore"):
            colours = np.tensordot(latents, self.factors, axes=(0, 0)) + self.bias
            clean: NDArray[np.float32] = np.nan_to_num((colours + 1.0) * 127.5)
        return clean.clip(0, 255).round().astype(np.uint8)


def latent_colours(manifest: ModelManifest) -> LatentColours | None:
    """The colours a model states in its aria.json, else those of its family; None where neither fits."""
    factors, bias = manifest.latent_rgb_factors, manifest.latent_rgb_bias
    if factors is None and manifest.family == STABLE_DIFFUSION:
        factors, bias = _SD1, None
    elif factors is None and manifest.family == STABLE_DIFFUSION_XL:
        factors, bias = _SDXL, _SDXL_BIAS
    if factors is None or len(factors) != manifest.latent_channels:
        return None
    return LatentColours(np.array(factors, np.float32), np.array(bias or (0.0, 0.0, 0.0), np.float32))


def frame(colours: LatentColours, latents: NDArray[np.float32], *, size: tuple[int, int], step: int) -> Preview:
    """One JPEG frame of a picture that will have `size` (width, height)."""
    scale = min(max(*size, SMALLEST), LARGEST) / max(size)
    image = Image.fromarray(colours.picture(latents))
    image = image.resize((round(size[0] * scale), round(size[1] * scale)), Image.Resampling.BICUBIC)
    content = BytesIO()
    image.save(content, "JPEG", quality=JPEG_QUALITY)
    return Preview(jpeg=content.getvalue(), width=image.width, height=image.height, step=step)


@dataclass(frozen=True, slots=True)
class Sighting:
    """The first picture of an order after a step, as latents that still lie on the device."""

    ticket: QueueTicket
    latents: torch.Tensor
    """(channels, height, width), a copy that nobody changes."""
    ready: Any
    """The event after which the copy is whole; None on a processor, where it is whole already."""
    colours: LatentColours
    size: tuple[int, int]
    step: int
    total: int

    def host_latents(self) -> NDArray[np.float32]:
        """The latents in host memory. Waits for the device, so it is called on the side thread alone."""
        if self.ready is not None:
            self.ready.synchronize()
        latents: NDArray[np.float32] = self.latents.float().cpu().numpy()
        return latents


class Easel:
    """The newest sighting of each order, and when its next frame is due: at once at first, then one per interval."""

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._newest: dict[QueueTicket, Sighting] = {}
        self._shown_at: WeakKeyDictionary[QueueTicket, float] = WeakKeyDictionary()

    def put(self, sighting: Sighting) -> None:
        """Replace what was seen of this order before: an older frame is of no use to anybody."""
        self._newest[sighting.ticket] = sighting

    def due_in_s(self, ticket: QueueTicket, now: float) -> float:
        """Seconds until an order may show another frame."""
        shown_at = self._shown_at.get(ticket)
        return 0.0 if shown_at is None else max(0.0, shown_at + self._interval_s - now)

    def wait_s(self, now: float) -> float | None:
        """Seconds until a frame is due; None while there is nothing to show."""
        return min((self.due_in_s(ticket, now) for ticket in self._newest), default=None)

    def take(self, now: float) -> Sighting | None:
        """A sighting to show now, once."""
        due = next((ticket for ticket in self._newest if self.due_in_s(ticket, now) == 0.0), None)
        if due is None:
            return None
        self._shown_at[due] = now
        return self._newest.pop(due)


class Previewer:
    """Turns sightings into frames on a thread of its own and shows them to the one who waits."""

    def __init__(self, interval_s: float = INTERVAL_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._easel = Easel(interval_s)
        self._clock = clock
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="previews", daemon=True)
        self._thread.start()

    def see(self, sighting: Sighting) -> None:
        """Offer what stands on the canvas; returns at once."""
        with self._changed:
            self._easel.put(sighting)
            self._changed.notify_all()

    def wants(self, ticket: QueueTicket) -> bool:
        """Whether an order is watched and may show a frame now; until then its canvas need not be copied."""
        if not ticket.watched:
            return False
        with self._changed:
            return self._easel.due_in_s(ticket, self._clock()) == 0.0

    def close(self) -> None:
        """End the thread; frames not yet shown are dropped."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        # Pillow reads its encoders in at the first picture: now, while a model loads, rather than in the first job.
        Image.preinit()
        while (sighting := self._next()) is not None:
            if not sighting.ticket.ended:
                preview = frame(sighting.colours, sighting.host_latents(), size=sighting.size, step=sighting.step)
                sighting.ticket.show(preview, sighting.total)

    def _next(self) -> Sighting | None:
        with self._changed:
            while not self._closed:
                now = self._clock()
                sighting = self._easel.take(now)
                if sighting is not None:
                    return sighting
                self._changed.wait(self._easel.wait_s(now))
            return None


def copy_of_first(latents: torch.Tensor) -> tuple[torch.Tensor, Any]:
    """A copy of the first picture's latents, and the event that tells when it is whole; nothing waits here."""
    copy = latents[0].detach().clone()
    if copy.device.type != "cuda":
        return copy, None
    cuda: Any = torch.cuda
    ready = cuda.Event()
    ready.record()
    return copy, ready
