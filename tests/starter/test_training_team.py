"""A team of processes that trains the same weights."""

import pytest
import torch

from starter.training.team import Team, run_team

pytestmark = pytest.mark.filterwarnings("ignore")


def _share(team: Team, folder: str) -> None:
    weight = torch.nn.Parameter(torch.zeros(2))
    weight.grad = torch.tensor([1.0, 3.0]) * (team.rank + 1)
    team.share_gradients([weight])
    stop = team.any_says(team.rank == 1)
    torch.save({"gradient": weight.grad, "stop": stop}, f"{folder}/{team.rank}.pt")


def test_alone_nothing_is_shared() -> None:
    weight = torch.nn.Parameter(torch.zeros(2))
    weight.grad = torch.tensor([1.0, 3.0])

    Team().share_gradients([weight])

    assert weight.grad.tolist() == [1.0, 3.0]
    assert Team().any_says(weight.grad is None) is False


@pytest.mark.slow
def test_two_processes_take_the_mean_and_stop_together(tmp_path: object) -> None:
    run_team(2, _share, str(tmp_path))

    for rank in (0, 1):
        left = torch.load(f"{tmp_path}/{rank}.pt")
        assert left["gradient"].tolist() == [1.5, 4.5]
        assert left["stop"] is True
