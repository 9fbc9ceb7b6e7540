"""Connections to the message server (Valkey or Redis) that fail at once instead of trying for seconds."""

from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

AWAY = (redis.RedisError, OSError)
"""What is raised while the server is away."""
TIMEOUT_S = 1.0


@lru_cache(maxsize=4)
def valkey_at(url: str) -> redis.Redis:
    """A pooled client of the server at `url`; one for each address."""
    retry = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=retry)


def valkey() -> redis.Redis:
    """This process's pooled client."""
    return valkey_at(settings.REDIS_URL)
