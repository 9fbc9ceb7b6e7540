"""Aria's first three paintings."""

import pytest

from aria_site.accounts.models import User
from generation.models import Job
from generation.services import first_paintings_submit

pytestmark = pytest.mark.usefixtures("starter_model")


def test_aria_paints_three_pictures_once(alice: User) -> None:
    assert [first_paintings_submit(owner=alice), first_paintings_submit(owner=alice)] == [3, 0]

    jobs = list(Job.objects.all())
    assert [str(job.persona) for job in jobs] == ["Aria"] * 3
    assert len({job.recipe.prompt for job in jobs}) == 3
