"""Fixtures of the whole suite: the cast, a real Valkey, and a media folder of its own for every test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

from aria_site.accounts.models import User
from generation.engine.fake import FakeEngine
from tests.support.valkey import running_valkey

hypothesis_settings.register_profile("deep", max_examples=5000, deadline=None)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[redis.Redis]:
    """A client of the one Valkey server of this test process: broker, channel layer and cache."""
    with running_valkey(django_settings.VALKEY_SOCKET) as client:
        yield client


@pytest.fixture(autouse=True)
def valkey(valkey_server: redis.Redis) -> redis.Redis:
    """The same client; every test finds the server empty."""
    valkey_server.flushall()
    return valkey_server


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty media folder; checkpoints get one too."""
    media = tmp_path_factory.mktemp("media")
    settings.MEDIA_ROOT = media
    settings.CHECKPOINT_DIR = tmp_path_factory.mktemp("checkpoints")
    return media


@pytest.fixture
def alice(db: None) -> User:
    """The owner of what a test is about."""
    return User.objects.create_user("alice", password="alice's password")


@pytest.fixture
def bob(db: None) -> User:
    """A member who sees what members see."""
    return User.objects.create_user("bob", password="bob's password")


@pytest.fixture
def mallory(db: None) -> User:
    """A signed-in stranger, with bad intentions."""
    return User.objects.create_user("mallory", password="mallory's password")


@pytest.fixture
def admin(db: None) -> User:
    """A superuser."""
    return User.objects.create_superuser("admin", password="admin's password")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """Makes a browser-like client that a person is signed in to; CSRF is checked as for browsers."""

    def sign_in(user: User) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def fake_engine() -> Iterator[FakeEngine]:
    """An engine that paints gradients at once."""
    engine = FakeEngine()
    yield engine
    engine.close()
