"""Contacts after discharge, and early warnings."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from discharge.values import Frozen


class Alert(Frozen):
    """An early warning: which rule fired on which fact, who owns it, and what happened to it since.

    ``cause`` is what it is about, whichever rule speaks: one cause has one alert, rewritten when its fact
    changes. ``tells`` are other causes that it says as well; ``told_by`` is the rule that says this one since
    it was cleared. ``changed_at`` is when it last rang again.
    """

    alert_id: UUID
    rule: str
    level: str
    subject: str = ""
    cause: str = ""
    fact: str
    threshold: str
    source: str
    owner_role: str
    tells: tuple[str, ...] = ()
    raised_at: datetime
    changed_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: UUID | None = None
    escalated_at: datetime | None = None
    escalations: int = 0
    cleared_at: datetime | None = None
    told_by: str | None = None


class Action(Frozen):
    """Something somebody owes because of what was found, or missed, after the discharge.

    ``cause`` is a row of ``discharge.cases.actions``; ``subject`` the contact it came from. It is open until
    somebody answers it.
    """

    cause: str
    number: int
    subject: str = ""
    owner_role: str
    opened_at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    answered_by: UUID | None = None
    answer: str | None = None
    found: str | None = None

    @property
    def key(self) -> str:
        """The action's name inside its case, for instance ``no-heating/1``."""
        return f"{self.cause}/{self.number}"


class FollowUp(Frozen):
    """A contact owed after discharge. ``outcome`` is ``None`` until somebody recorded one. ``paused_at`` is
    since when its clock stands still, ``frozen_at`` since when it is left as it is.
    """

    key: str
    due_at: datetime
    outcome: str | None = None
    contacted_at: datetime | None = None
    problems: tuple[str, ...] = ()
    paused_at: datetime | None = None
    frozen_at: datetime | None = None
