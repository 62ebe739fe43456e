"""What may be said of a failure: a code, a field name and a reference, never what an exception repeats.

Errors of libraries quote their input: a validation error repeats the value, a database error the row.
Histories and logs get :func:`coded` failures instead; the reference finds the stack of frames in the log.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import InterfaceError, OperationalError
from temporalio import activity
from temporalio.converter import DefaultFailureConverterWithEncodedAttributes, PayloadConverter
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from discharge.errors import HomewardError
from workflows.stuck import StuckActivities

_log = logging.getLogger("homeward.failures")


def coded(failure: BaseException) -> ApplicationError:
    """Return the failure as its code and a reference; what repeating cannot help is marked as such."""
    if isinstance(failure, HomewardError):
        return ApplicationError(str(failure), type=failure.code, non_retryable=not failure.row.retryable)
    code = "database-unavailable" if isinstance(failure, (OperationalError, InterfaceError)) else "internal"
    reference = uuid4().hex[:12]
    _log.warning("failure %s %s %s\n%s", code, reference, type(failure).__name__, frames(failure))
    return ApplicationError(f"{code} (reference {reference})", type=code)


def frames(failure: BaseException) -> str:
    """Return where it happened, file by file, without the message."""
    return "".join(traceback.format_tb(failure.__traceback__)).rstrip()


class CodedFailureConverter(DefaultFailureConverterWithEncodedAttributes):
    """Lets codes and references into histories, encrypted; causes, which come here one by one, likewise."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Any) -> None:
        """Convert an exception to a failure message."""
        spoken = exception if isinstance(exception, FailureError) else coded(exception)
        super().to_failure(spoken, payload_converter, failure)


class OnlyCodesLeave(Interceptor):
    """Replaces whatever an activity raises by its code before the worker logs or reports it, and tells what
    fails time and again.
    """

    def __init__(self) -> None:
        self._stuck = StuckActivities()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap the activity."""
        return _CodedActivity(next, self._stuck)


class _CodedActivity(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, stuck: StuckActivities) -> None:
        super().__init__(next)
        self._stuck = stuck

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            result = await super().execute_activity(input)
        except FailureError:
            raise
        except Exception as failure:
            said = coded(failure)
            _log.info("activity %s failed", activity.info().activity_type)
            self._stuck.failed(activity.info(), said)
            raise said from None
        self._stuck.done(activity.info())
        return result
