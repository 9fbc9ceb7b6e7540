"""Writes down every environment variable: `.env.example` and `docs/configuration.md` come from the code."""

from pathlib import Path
from textwrap import dedent

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from aria_site.environment import PROJECT_DIR, Environment

PAGE_HEAD = """
    # Configuration

    Aria obeys the environment variables below, and a file `.env` beside `manage.py` with the same names. Nothing needs
    to be set: without any, Aria keeps all her data in `var/` and listens on this machine alone. A value she cannot use
    ends the start with one sentence that names the variable. This page is written by `make docs`.

    Every variable can also be given as its name with `_FILE` behind it and the path of a file that holds the value:
    `ARIA_SECRET_KEY_FILE=/run/secrets/secret_key`. So secrets stay out of the environment.

    | Variable | Default | What it is for |
    | --- | --- | --- |
"""
PAGE_FOOT = """
    ## On a server

    Set `ARIA_PRODUCTION=true`: Aria then refuses to start without a secret key, and with a star among the hosts.

    ```sh
    ARIA_PRODUCTION=true
    ARIA_SECRET_KEY=...                # python -c "import secrets; print(secrets.token_urlsafe(50))"
    ARIA_HOSTS=aria.example
    ARIA_TLS=true                      # the proxy in front speaks HTTPS and sets X-Forwarded-Proto
    ARIA_DATA=/srv/aria
    DATABASE_URL=postgresql://aria:...@db/aria
    REDIS_URL=redis://redis:6379/0
    ```

    `manage.py check --deploy` says what is missing. The folder of `ARIA_DATA` holds the database (unless
    `DATABASE_URL` is set), the pictures, checkpoints of unfinished paintings, logs, sockets and the secret key that
    Aria makes for herself: back it up, and let nobody else read it.

    Containers, a cluster, a proxy with TLS, sizes and upgrades: [deployment.md](deployment.md).

    ## Where the load goes

    One GPU worker holds `ARIA_WORKER_SLOTS` jobs at a time. With several GPUs, `manage.py studio` starts a worker for
    each. Where other programs serve the pages, and on every further machine, this does, with the same `DATABASE_URL`
    and `REDIS_URL` and a shared media folder:

    ```sh
    manage.py gpu_workers                            # one for each GPU; for the processor where there is none
    manage.py gpu_workers --devices cuda:0,cuda:2    # for these alone
    manage.py gpu_workers --dry-run                  # show the command lines and start nothing
    ```

    Each worker sees its own GPU alone (`CUDA_VISIBLE_DEVICES`, `HIP_VISIBLE_DEVICES`), and is started anew when it
    dies. Under another supervisor, a worker is one command:

    ```sh
    ARIA_DEVICE=cuda:1 celery -A aria_site worker -Q gpu -P threads -c 12 -n gpu1@%h
    ```

    `manage.py engine_status` shows what the workers hold in memory.
"""
EXAMPLE_HEAD = """
    # Copy to .env and change what you need. Every line shows the default; docs/configuration.md says more.
    # Written by `make docs`.
"""


def configuration_page() -> str:
    """The text of docs/configuration.md."""
    rows = [_row(name, field) for name, field in Environment.model_fields.items()]
    return dedent(PAGE_HEAD).lstrip() + "".join(rows) + dedent(PAGE_FOOT)


def env_example() -> str:
    """The text of .env.example."""
    entries = [f"\n# {field.description}\n#{_line(name, field)}\n" for name, field in Environment.model_fields.items()]
    return dedent(EXAMPLE_HEAD).lstrip() + "".join(entries)


def documents() -> dict[Path, str]:
    """Every document this module writes, by its path."""
    return {
        PROJECT_DIR / ".env.example": env_example(),
        PROJECT_DIR / "docs" / "configuration.md": configuration_page(),
    }


def _row(name: str, field: FieldInfo) -> str:
    default = f"`{_default(field)}`" if _default(field) else "(empty)"
    return f"| `{name.upper()}` | {default} | {field.description} |\n"


def _line(name: str, field: FieldInfo) -> str:
    return f"{name.upper()}={_default(field)}"


def _default(field: FieldInfo) -> str:
    """The default as a person would type it."""
    value = field.default
    if value is PydanticUndefined:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, Path) and value.is_relative_to(PROJECT_DIR):
        return str(value.relative_to(PROJECT_DIR))
    return str(value)
