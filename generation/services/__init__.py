"""Writes of generation: everything that changes a job, one module per part of its life."""

from generation.services.bell import ring
from generation.services.claiming import Claim, job_claim
from generation.services.default_model import model_make_default
from generation.services.endings import job_cancel, job_fail, job_give_back, job_retry, job_succeed
from generation.services.first_paintings import first_paintings_submit
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
from generation.services.pictures import PictureSweepReport, picture_store, pictures_sweep
from generation.services.progress import job_begin, job_progress_note
from generation.services.reaping import ReapReport, jobs_reap, jobs_reap_by_hand
from generation.services.registering import model_register, model_rehash
from generation.services.reproducing import reproduction_judge, reproduction_submit
from generation.services.submitting import job_submit

__all__ = [
    "Claim",
    "LeaseWatch",
    "PictureSweepReport",
    "ReapReport",
    "engine_facts",
    "first_paintings_submit",
    "job_begin",
    "job_cancel",
    "job_claim",
    "job_fail",
    "job_give_back",
    "job_progress_note",
    "job_retry",
    "job_submit",
    "job_succeed",
    "jobs_reap",
    "jobs_reap_by_hand",
    "leases_renew",
    "model_make_default",
    "model_register",
    "model_rehash",
    "picture_store",
    "pictures_sweep",
    "reproduction_judge",
    "reproduction_submit",
    "ring",
    "worker_leases_free",
    "worker_left",
    "worker_seen",
    "worker_starts",
    "worker_trouble_note",
]
