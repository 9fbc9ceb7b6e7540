"""Aria's own settings on a fresh data folder; only what would make tests slow or blind is changed."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from aria_site.environment import Environment

# The developer's own .env and variables must not decide whether a test passes. A test database server may.
Environment.model_config["env_file"] = None
for name in Environment.model_fields:
    os.environ.pop(f"{name.upper()}_FILE", None)
    if name != "database_url":
        os.environ.pop(name.upper(), None)

os.environ["ARIA_DATA"] = tempfile.mkdtemp(prefix="aria-tests-")
atexit.register(shutil.rmtree, os.environ["ARIA_DATA"], ignore_errors=True)

from aria_site.settings import *  # noqa: E402, F403  the environment above must be there first
from aria_site.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402

# Several processes and threads meet in one test, so the database is a file, as it is for people.
DATABASES["default"]["TEST"] = (
    {"NAME": str(Path(DATA_DIR) / "test.sqlite3")} if "DATABASE_URL" not in os.environ else {}
)

# The manifest of hashed names exists only after collectstatic; the live server of the tests serves plain names.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# Passwords of the cast protect nothing, and a real hasher costs half a second each.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Static files come straight from their sources, without a collectstatic beforehand.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
