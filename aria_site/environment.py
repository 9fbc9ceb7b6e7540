"""The one place that reads environment variables: typed, bounded, and refused with a sentence when wrong."""

import os
from pathlib import Path
from typing import Annotated, Any

from dotenv import dotenv_values
from pydantic import ByteSize, Field, ValidationError
from pydantic.functional_validators import field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent.parent


DEVICE = "Device that paints. With auto, a studio starts a worker for every GPU, or one for the processor."


class Environment(BaseSettings):
    """Every variable Aria obeys. Names are the field names in upper case; docs/configuration.md lists them."""

    model_config = SettingsConfigDict(env_file=PROJECT_DIR / ".env", extra="ignore", frozen=True)

    aria_data: Path = Field(PROJECT_DIR / "var", description="Folder for the database, pictures, logs and sockets.")
    aria_host: str = Field("127.0.0.1", description="Address the web server listens on.")
    aria_port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on.")
    aria_production: bool = Field(False, description="Refuse to start without a secret key and host names.")
    aria_debug: bool = Field(False, description="Django's debug pages. Never on a reachable address.")
    aria_secret_key: str = Field("", description="Signs sessions and keys. Made and kept in ARIA_DATA when empty.")
    aria_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("localhost", "127.0.0.1", "[::1]"), description="Host names the site answers to, separated by commas."
    )
    aria_tls: bool = Field(False, description="The site is reached over HTTPS: secure cookies and HSTS.")
    aria_timezone: str = Field("UTC", description="Time zone in which dates are shown.")
    aria_log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level logged.")
    aria_device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description=DEVICE,
    )
    aria_device_label: str = Field(
        "",
        max_length=40,
        description="What the device is called beside pictures; set for workers that are shown one GPU of several.",
    )
    aria_threads: int = Field(0, ge=0, le=256, description="CPU threads that paint; 0 means all cores but one.")
    aria_preload: Annotated[tuple[str, ...], NoDecode] = Field(
        ("starter",), description="Models loaded when a worker starts, separated by commas."
    )
    aria_vram_budget: ByteSize = Field(
        ByteSize(0), description="Memory of a GPU that models may fill, e.g. 20GB; 0 means three quarters of it."
    )
    aria_ram_budget: ByteSize = Field(
        ByteSize(0),
        description="RAM that a worker's models may fill; 0 means three quarters for a CPU worker, none beside a GPU.",
    )
    aria_worker_slots: int = Field(
        12,
        ge=1,
        le=64,
        description="Jobs one GPU worker holds at a time: eight in one model call, others being stored, an urgent one.",
    )
    aria_backups: str = Field("", description="Folder for backups, best on another disk; ARIA_DATA/backups when empty.")
    aria_backups_kept: int = Field(
        7, ge=0, le=3650, description="Days whose backups are kept; 0 means that Aria takes none by herself."
    )
    aria_days_kept: int = Field(
        30, ge=1, le=3650, description="Days after which old logs, ended sign-ins and forgotten checkpoints go."
    )
    aria_gpu_seconds_per_day: int = Field(
        0, ge=0, description="GPU-seconds a person may use a day; 0 means no limit. Superusers have none."
    )
    aria_queue_per_person: int = Field(50, ge=0, description="Jobs a person may have waiting; 0 means no limit.")
    aria_queue_in_all: int = Field(500, ge=0, description="Jobs that may wait in the whole studio; 0 means no limit.")
    aria_ledger_days_kept: int = Field(
        90, ge=1, le=3650, description="Days after which lines of the GPU ledger go; the sums of each day stay."
    )
    database_url: str = Field("", description="PostgreSQL as postgresql://...; SQLite in ARIA_DATA when empty.")
    aria_database_pool: int = Field(
        0,
        ge=0,
        le=500,
        description="Connections to PostgreSQL a process shares between its threads; 0 gives each thread its own.",
    )
    aria_s3_bucket: str = Field(
        "", description="Bucket of S3-compatible storage for pictures; in ARIA_DATA when empty. See deployment.md."
    )
    aria_s3_prefix: str = Field("", description="Folder in the bucket, for a bucket that holds more than pictures.")
    aria_s3_endpoint: str = Field("", description="Address of the S3 server as https://...; Amazon's when empty.")
    aria_s3_region: str = Field("", description="Region of the bucket, where its server has regions.")
    aria_s3_access_key: str = Field("", description="Access key of the bucket; that of the machine when empty.")
    aria_s3_secret_key: str = Field("", description="Secret that belongs to the access key.")
    redis_url: str = Field("", description="Redis or Valkey as redis://...; Aria starts her own when empty.")

    @field_validator("aria_hosts", "aria_preload", mode="before")
    @classmethod
    def split_commas(cls, value: object) -> object:
        """Read `a, b` as two names."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("aria_data")
    @classmethod
    def from_the_project(cls, value: Path) -> Path:
        """A relative folder counts from the project, whatever folder the command was started in."""
        return (PROJECT_DIR / value.expanduser()).resolve()


def read_environment() -> Environment:
    """Read and check all variables, and make the data folder. Ends the process with one sentence per wrong variable."""
    try:
        environment = Environment(**values_from_files())
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise SystemExit("Aria cannot start:\n  " + "\n  ".join(lines)) from None
    make_data_folder(environment.aria_data)
    return environment


def values_from_files() -> dict[str, Any]:
    """The values of variables given as NAME_FILE, the path of a file that holds the value, as secrets are mounted.

    Ends the process with a sentence where such a file cannot be read, and where NAME is set as well.
    """
    given = _given()
    files = {name: path for name in Environment.model_fields if (path := given.get(f"{name.upper()}_FILE"))}
    for name in files:
        if given.get(name.upper()):
            raise SystemExit(f"Aria cannot start: set {name.upper()} or {name.upper()}_FILE, not both.")
    return {name: _content(f"{name.upper()}_FILE", Path(path)) for name, path in files.items()}


def _given() -> dict[str, str]:
    """Every variable of this process, over those of the file `.env`."""
    file = Environment.model_config.get("env_file")
    kept = dotenv_values(file) if isinstance(file, Path) else {}
    return {**{name: value or "" for name, value in kept.items()}, **os.environ}


def _content(variable: str, path: Path) -> str:
    """What the file holds, without the line end that editors leave. Ends the process where it cannot be read."""
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SystemExit(f"Aria cannot start: {variable} names {path}, which cannot be read ({reason}).") from None


def inherited(name: str) -> str:
    """A variable that is not Aria's own, as this process was given it: which GPUs a driver may show, for one."""
    return os.environ.get(name, "")


def inherited_with(variables: dict[str, str]) -> dict[str, str]:
    """The environment of this process and more: what a program gets that must not see passwords in its arguments."""
    return {**os.environ, **variables}


def make_data_folder(folder: Path) -> None:
    """Make the folder where it is not there. Ends the process with a sentence where it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SystemExit(unwritable(folder, error.strerror)) from None
    if not os.access(folder, os.W_OK):
        raise SystemExit(unwritable(folder, "it is read-only"))


def unwritable(folder: Path, reason: str | None) -> str:
    """The sentence for a person whose data folder cannot be written to."""
    return f"Aria cannot write to {folder} ({reason}): set ARIA_DATA to a folder of your own."
