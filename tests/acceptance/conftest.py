"""One real studio for all acceptance tests: real processes, the built-in model, a data folder of its own."""

from collections.abc import Iterator

import pytest

from tests.support.running_studio import RunningStudio, running_studio


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio that has just been started on an empty data folder."""
    with running_studio(tmp_path_factory.mktemp("studio") / "data") as running:
        yield running
