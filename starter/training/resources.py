"""Owns how much of the machine a training run takes: threads, priority and memory that is kept for reuse."""

import ctypes
import os
import platform

import torch

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_KEEP_BYTES = 2**31 - 1
_LOWEST_PRIORITY = 19


def take_part_of_machine(*, threads: int, low_priority: bool) -> None:
    """Set the number of threads, step behind other work if asked, and keep freed memory instead of returning it."""
    torch.set_num_threads(threads)
    if low_priority:
        os.nice(_LOWEST_PRIORITY)
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, _KEEP_BYTES)


def best_device() -> torch.device:
    """CUDA where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
