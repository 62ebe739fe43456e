"""A landlord or a scheme was told of a stay, and what it said."""

from __future__ import annotations

from datetime import date
from typing import Literal

from discharge.cases.model import StayNotice
from discharge.values import Frozen


class StayTold(Frozen):
    """An organisation is told of an admission or of a discharge."""

    kind: Literal["stay-told"] = "stay-told"
    notice: StayNotice


class StayNoticeAnswered(Frozen):
    """An organisation accepted what it was told of a stay, or acted on it."""

    kind: Literal["stay-notice-answered"] = "stay-notice-answered"
    notice: str
    answered_on: date
    acted: bool
