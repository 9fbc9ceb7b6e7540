"""Writes of generation: everything that changes a job, one module per part of its life."""

from generation.services.batching import batch_cancel, batch_retry, batch_submit
from generation.services.bell import ring
from generation.services.claiming import Claim, job_claim
from generation.services.default_model import model_make_default
from generation.services.endings import job_cancel, job_fail, job_give_back, job_retry, job_succeed
from generation.services.first_paintings import first_paintings_submit
from generation.services.holding import job_pause, job_resume, jobs_cancel_all, jobs_pause_all, jobs_resume_all
from generation.services.learning import forecast_note, forecasts_note, painting_learn
from generation.services.lease_watch import LeaseWatch
from generation.services.leases import (
    engine_facts,
    leases_renew,
    worker_leases_free,
    worker_left,
    worker_seen,
    worker_starts,
    worker_trouble_note,
)
from generation.services.ledger import ledger_prune
from generation.services.outlooks import JobOutlook, outlooks_of
from generation.services.pictures import PictureSweepReport, picture_store, pictures_sweep
from generation.services.progress import job_begin, job_progress_note
from generation.services.queue_switch import queue_pause, queue_resume
from generation.services.reaping import ReapReport, jobs_reap, jobs_reap_by_hand
from generation.services.registering import model_register, model_rehash
from generation.services.reordering import job_move, job_move_before, job_prioritise
from generation.services.reproducing import reproduction_judge, reproduction_submit
from generation.services.submitting import job_submit

__all__ = [
    "Claim",
    "JobOutlook",
    "LeaseWatch",
    "PictureSweepReport",
    "ReapReport",
    "batch_cancel",
    "batch_retry",
    "batch_submit",
    "engine_facts",
    "first_paintings_submit",
    "forecast_note",
    "forecasts_note",
    "job_begin",
    "job_cancel",
    "job_claim",
    "job_fail",
    "job_give_back",
    "job_move",
    "job_move_before",
    "job_pause",
    "job_prioritise",
    "job_progress_note",
    "job_resume",
    "job_retry",
    "job_submit",
    "job_succeed",
    "jobs_cancel_all",
    "jobs_pause_all",
    "jobs_reap",
    "jobs_reap_by_hand",
    "jobs_resume_all",
    "leases_renew",
    "ledger_prune",
    "model_make_default",
    "model_register",
    "model_rehash",
    "outlooks_of",
    "painting_learn",
    "picture_store",
    "pictures_sweep",
    "queue_pause",
    "queue_resume",
    "reproduction_judge",
    "reproduction_submit",
    "ring",
    "worker_leases_free",
    "worker_left",
    "worker_seen",
    "worker_starts",
    "worker_trouble_note",
]
