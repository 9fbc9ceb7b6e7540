"""How Django reaches PostgreSQL: one connection for each thread, or a pool that a process's threads share."""

import dj_database_url

KEPT_S = 60
"""Seconds for which a thread keeps its connection."""
POOL_WAIT_S = 10
"""Seconds a thread waits for a connection of a pool that is all in use."""


def postgresql(url: str, *, pool: int) -> dj_database_url.DBConfig:
    """Django's settings for the database at `url`; with `pool`, at most that many connections a process."""
    if not pool:
        return dj_database_url.parse(url, conn_max_age=KEPT_S, conn_health_checks=True)
    # A thread that kept its connection would keep it from the others.
    config = dj_database_url.parse(url, conn_max_age=0, conn_health_checks=True)
    shared = {"min_size": 1, "max_size": pool, "timeout": POOL_WAIT_S}
    config["OPTIONS"] = {**config.get("OPTIONS", {}), "pool": shared}
    return config
