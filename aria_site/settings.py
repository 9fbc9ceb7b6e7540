"""Django settings, computed from the environment. Nothing else in Aria reads environment variables."""

import hashlib
import tempfile
from pathlib import Path

from aria_site.environment import PROJECT_DIR, read_environment
from aria_site.kernel.databases import postgresql
from aria_site.kernel.logging import configure_logging
from aria_site.kernel.media import media_storages
from aria_site.kernel.secrets import kept_secret

ENV = read_environment()

# Folders ---------------------------------------------------------------------------------------------------------

BASE_DIR = PROJECT_DIR
DATA_DIR = ENV.aria_data
MEDIA_ROOT = DATA_DIR / "media"
LOG_DIR = DATA_DIR / "logs"
CHECKPOINT_DIR = DATA_DIR / "checkpoints"
BACKUP_DIR = (PROJECT_DIR / Path(ENV.aria_backups).expanduser()) if ENV.aria_backups else DATA_DIR / "backups"
BACKUPS_KEPT = ENV.aria_backups_kept
DAYS_KEPT = ENV.aria_days_kept


LONGEST_SOCKET_PATH = 100
"""Bytes. Linux allows 107, macOS 103."""


def _socket_path(data_dir: Path) -> Path:
    """The Valkey socket; where the data folder lies too deep for a socket, in the folder for temporary files."""
    path = data_dir / "run" / "valkey.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"aria-{digest}" / "valkey.sock"


VALKEY_SOCKET = _socket_path(DATA_DIR)
EMBEDDED_VALKEY = not ENV.redis_url
REDIS_URL = ENV.redis_url or f"unix://{VALKEY_SOCKET}"

# Security --------------------------------------------------------------------------------------------------------

DEBUG = ENV.aria_debug
SECRET_KEY = ENV.aria_secret_key or ("" if ENV.aria_production else kept_secret(DATA_DIR / "secret_key"))
ALLOWED_HOSTS = list(ENV.aria_hosts)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.aria_tls
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ENV.aria_hosts] if ENV.aria_tls else []
SECURE_SSL_REDIRECT = ENV.aria_tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.aria_tls else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENV.aria_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENV.aria_tls
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
# A prompt is 4,000 characters at most; uploads have limits of their own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "aria_site.kernel.uploads.UploadCap",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Applications ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",
    "aria_site.accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_htmx",
    "django_celery_beat",
    "personas",
    "gallery",
    "generation",
    "starter",
    "aria_site",
    "django.contrib.admin",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "aria_site.kernel.logging.RequestLogMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "aria_site.kernel.pages.ProblemPageMiddleware",
]

ROOT_URLCONF = "aria_site.urls"
ASGI_APPLICATION = "aria_site.asgi.application"
WSGI_APPLICATION = "aria_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "generation:studio"
LOGOUT_REDIRECT_URL = "gallery:wall"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Data ------------------------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SQLITE_OPTIONS = {
    # Readers never wait for the writer, and writers queue instead of failing: both are needed, see
    # docs/decisions/0003-sqlite-wal-immediate.md.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;",
}
if ENV.database_url:
    DATABASES = {"default": postgresql(ENV.database_url, pool=ENV.aria_database_pool)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATA_DIR / "aria.sqlite3"),
            "OPTIONS": SQLITE_OPTIONS,
        }
    }

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "aria"},
    }
}

STORAGES = {
    **media_storages(
        bucket=ENV.aria_s3_bucket,
        prefix=ENV.aria_s3_prefix,
        endpoint=ENV.aria_s3_endpoint,
        region=ENV.aria_s3_region,
        access_key=ENV.aria_s3_access_key,
        secret_key=ENV.aria_s3_secret_key,
    ),
    # Compressing takes seconds of the first start, and saves nothing where browser and server share a machine.
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENV.aria_production
        else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Celery: the bell, never the ledger ------------------------------------------------------------------------------

CELERY_BROKER_URL = ENV.redis_url or f"redis+socket://{VALKEY_SOCKET}"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 30, "socket_connect_timeout": 2, "max_retries": 1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "io"
CELERY_TASK_ROUTES = {"generation.ring": {"queue": "gpu"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = ENV.aria_timezone
CELERY_BEAT_SCHEDULER = "aria_site.schedule:SteadyScheduler"
CELERY_BEAT_SCHEDULE = {
    "take back expired leases": {"task": "generation.reap", "schedule": 5.0, "options": {"expires": 5}},
    "remove pictures without a recipe": {
        "task": "generation.sweep_pictures",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "remove files without an artwork": {"task": "gallery.sweep", "schedule": 3600.0, "options": {"expires": 600}},
    # Asked every hour, for a machine that sleeps at night: it does something once a day.
    "back up once a day": {"task": "aria_site.back_up", "schedule": 3600.0, "options": {"expires": 600}},
    "remove what is old": {"task": "aria_site.prune", "schedule": 3600.0, "options": {"expires": 600}},
}

# Painting --------------------------------------------------------------------------------------------------------

ARIA_DEVICE = ENV.aria_device
ARIA_DEVICE_LABEL = ENV.aria_device_label
ARIA_THREADS = ENV.aria_threads
ARIA_PRELOAD = ENV.aria_preload
ARIA_VRAM_BUDGET = ENV.aria_vram_budget
ARIA_RAM_BUDGET = ENV.aria_ram_budget
ARIA_WORKER_SLOTS = ENV.aria_worker_slots
GPU_SECONDS_PER_DAY = ENV.aria_gpu_seconds_per_day
QUEUE_PER_PERSON = ENV.aria_queue_per_person
QUEUE_IN_ALL = ENV.aria_queue_in_all
LEDGER_DAYS_KEPT = ENV.aria_ledger_days_kept
STARTER_MODEL_DIR = BASE_DIR / "starter" / "models" / "painter"
STARTER_ENCODER_DIR = BASE_DIR / "starter" / "models" / "encoder"

# Language, logs --------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = ENV.aria_timezone
USE_TZ = True
USE_I18N = True

LOGGING_CONFIG = None
LOG_LEVEL = ENV.aria_log_level
configure_logging(LOG_LEVEL)
