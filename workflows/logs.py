"""Logs as JSON lines, without personal data: an exception is its kind and its frames, never its message."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Any

import structlog

from discharge.errors import HomewardError
from workflows.failures import frames

QUIET = ("httpx", "httpcore", "temporalio.activity", "sqlalchemy")


def configure(level: str = "INFO") -> None:
    """Have everything that this process logs, and what libraries warn of from now on, written to standard
    error, one JSON object a line.
    """
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_message,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def without_message(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace an exception by what may be said of it."""
    failure = _exception(event.pop("exc_info", None))
    if failure is not None:
        event["failure"] = failure.code if isinstance(failure, HomewardError) else type(failure).__name__
        event["frames"] = frames(failure)
    return event


def _exception(
    exc_info: BaseException | bool | tuple[type, BaseException, TracebackType] | None,
) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return sys.exc_info()[1] if exc_info else None
