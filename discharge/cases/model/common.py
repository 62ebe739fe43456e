"""Where a case can stand, who asks, and what every value of a case has in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from discharge.values import Frozen


class Stage(StrEnum):
    """Where a case stands on the pathway; *closed* is a stage, so late facts may reopen it."""

    REFERRED = "referred"
    ACCEPTED = "accepted"
    CHECKED = "checked"
    MAKING_READY = "making-ready"
    READY = "ready"
    DISCHARGED = "discharged"
    FOLLOWED_UP = "followed-up"
    CLOSED = "closed"


IN_HOSPITAL = frozenset({Stage.REFERRED, Stage.ACCEPTED, Stage.CHECKED, Stage.MAKING_READY, Stage.READY})
"""Stages in which the person is still waiting in a bed."""


StageInHospital = Literal[Stage.REFERRED, Stage.ACCEPTED, Stage.CHECKED, Stage.MAKING_READY]
"""Where work stands while the person is in a bed and the gate is shut."""


ReopenedStage = Literal[Stage.REFERRED, Stage.ACCEPTED, Stage.CHECKED, Stage.MAKING_READY, Stage.DISCHARGED]
"""Where a reopened case can stand."""


class Actor(Frozen):
    """Who asks: a signed-in person or a system, for which organisation, in which role."""

    organisation_id: UUID
    role: str
    user_id: UUID | None = None

    @property
    def own_system(self) -> UUID | None:
        """The organisation whose own system asks; none where a person does."""
        return self.organisation_id if self.role == "system" else None
