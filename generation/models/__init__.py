"""Rows of generation, one module for each matter."""

from generation.models.forecasts import Forecast, LoadPace, PaintPace
from generation.models.gpu_time import GpuDay, GpuShare, GpuTime, Quota
from generation.models.jobs import TRANSITIONS, Batch, Job, QueuePause, Reproduction, StoredPicture
from generation.models.painters import DiffusionModel, Worker

__all__ = [
    "TRANSITIONS",
    "Batch",
    "DiffusionModel",
    "Forecast",
    "GpuDay",
    "GpuShare",
    "GpuTime",
    "Job",
    "LoadPace",
    "PaintPace",
    "QueuePause",
    "Quota",
    "Reproduction",
    "StoredPicture",
    "Worker",
]
