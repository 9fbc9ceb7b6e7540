"""Owns training with several processes of one thread each: on shared cores they do more than one of many threads."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import distributed, nn
from torch.multiprocessing.spawn import spawn


@dataclass(frozen=True, slots=True)
class Team:
    """This process's place among those that train the same weights."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Say whether this is the process that reports and stores."""
        return self.rank == 0

    def share_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace everyone's gradients by their mean."""
        if self.size == 1:
            return
        gradients = [value.grad for value in parameters if value.grad is not None]
        together = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(together)
        together.div_(self.size)
        means = torch.split(together, [gradient.numel() for gradient in gradients])
        for gradient, mean in zip(gradients, means, strict=True):
            gradient.copy_(mean.view_as(gradient))

    def any_says(self, yes: bool) -> bool:  # noqa: FBT001  # the answer of this process to one question
        """Whether at least one process says yes; all get the same answer."""
        if self.size == 1:
            return yes
        votes = torch.tensor([float(yes)])
        distributed.all_reduce(votes)
        return bool(votes.item() > 0)


def run_team(size: int, work: Callable[..., None], *arguments: Any) -> None:
    """Run `work(team, *arguments)` in so many processes, or in this one if there is to be just one."""
    if size == 1:
        work(Team(), *arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        meeting_point = f"file://{Path(folder) / 'meeting-point'}"
        spawn(_member, args=(size, meeting_point, work, arguments), nprocs=size)


def _member(rank: int, size: int, meeting_point: str, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    distributed.init_process_group("gloo", init_method=meeting_point, rank=rank, world_size=size)
    try:
        work(Team(rank, size), *arguments)
    finally:
        distributed.destroy_process_group()
