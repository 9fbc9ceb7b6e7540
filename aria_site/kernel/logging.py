"""Structured logs: one line an event, with the request and the job it belongs to."""

import logging
import logging.config
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configure_logging(level: str) -> None:
    """Send every log line of this process to standard error as `key=value` text."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED_PROCESSORS,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"]),
        ],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"logfmt": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "logfmt"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {"daphne": {"level": "WARNING"}, "django.channels.server": {"level": "WARNING"}},
        }
    )


class RequestLogMiddleware:
    """Give each request an id that every log line of it carries, and that the answer names in a header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under a fresh id."""
        request_id = uuid.uuid4().hex[:12]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response
