"""How a case ends and begins again: closed, reopened, merged, entered in error."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import ReopenedStage
from discharge.values import Frozen


class CaseClosed(Frozen):
    """Nothing more is awaited; the outcome says how it ended (a side exit has its own outcome code)."""

    kind: Literal["case-closed"] = "case-closed"
    closed_on: date
    outcome: str
    merged_into: UUID | None = None


class CaseReopened(Frozen):
    """A late fact or a person opened the case again, at the stage that fits."""

    kind: Literal["case-reopened"] = "case-reopened"
    reopened_on: date
    stage: ReopenedStage
    reason: str
