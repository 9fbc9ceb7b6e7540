"""How Django is told to reach PostgreSQL."""

import pytest

from aria_site.kernel.databases import postgresql

URL = "postgresql://aria:secret@database:5432/aria?sslmode=require"


def test_without_a_pool_each_thread_keeps_its_connection_for_a_minute() -> None:
    config = postgresql(URL, pool=0)

    assert config["CONN_MAX_AGE"] == 60
    assert config["OPTIONS"] == {"sslmode": "require"}


def test_with_a_pool_no_thread_keeps_a_connection() -> None:
    config = postgresql(URL, pool=8)

    assert config["CONN_MAX_AGE"] == 0
    assert config["OPTIONS"] == {"sslmode": "require", "pool": {"min_size": 1, "max_size": 8, "timeout": 10}}


@pytest.mark.parametrize("pool", [0, 8])
def test_a_connection_that_died_is_noticed_before_it_is_used(pool: int) -> None:
    assert postgresql(URL, pool=pool)["CONN_HEALTH_CHECKS"] is True
