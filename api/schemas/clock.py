"""The clock as interfaces give it."""

from __future__ import annotations

from pydantic import AwareDatetime

from api.schemas.common import Schema


class ClockAnswer(Schema):
    """The map from machine time to case time, fixed at the first start."""

    origin: AwareDatetime
    case_origin: AwareDatetime
    factor: float
    case_now: AwareDatetime
