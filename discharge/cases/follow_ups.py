"""Contacts owed after discharge, as rows of data.

Sources: a call within 24 hours (design choice); a visit or call within 72 hours (NICE NG27 1.5; Healthwatch
and British Red Cross 2020); 7, 14 and 28 days (28-day support as in Stockport's H4 service).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from discharge.cases.model import Case, FollowUp
from discharge.codes.casework import CONTACT_OUTCOMES


class FollowUpRow(NamedTuple):
    """A contact that is owed: its name, how long after discharge, and what a person reads."""

    key: str
    after: timedelta
    words: str


FOLLOW_UPS = (
    FollowUpRow("24-hours", timedelta(hours=24), "Call within 24 hours"),
    FollowUpRow("72-hours", timedelta(hours=72), "Visit or call within 72 hours"),
    FollowUpRow("7-days", timedelta(days=7), "Contact at 7 days"),
    FollowUpRow("14-days", timedelta(days=14), "Contact at 14 days"),
    FollowUpRow("28-days", timedelta(days=28), "Contact at 28 days"),
)

LAST = FOLLOW_UPS[-1].key

WELFARE = FollowUpRow("welfare", timedelta(hours=24), "Welfare contact: left by own decision")
"""Owed first where somebody left by their own decision (Ombudsman on unsafe discharge; our choice)."""

CONTACT_WORDS = {row.key: row.words for row in (WELFARE, *FOLLOW_UPS)}
"""Contact -> what a person reads."""


def reached(outcome: str | None) -> bool:
    """Whether an outcome means that somebody reached the person."""
    return any(row.reached for row in CONTACT_OUTCOMES if row.code == outcome)


def reached_from(case: Case, since: datetime) -> bool:
    """Whether a contact reached the person at an instant (case time) or later."""
    return any(
        made.contacted_at is not None and made.contacted_at >= since and reached(made.outcome)
        for made in case.follow_ups.values()
    )


def heard(case: Case, owed: FollowUp) -> bool:
    """Whether another contact reached the person within the day before this one was due, or since."""
    return reached_from(case, owed.due_at - timedelta(hours=24))


def schedule(discharged_at: datetime, *, welfare: bool = False) -> list[FollowUp]:
    """Return the contacts owed after a discharge at ``discharged_at`` (case time)."""
    rows = (WELFARE, *FOLLOW_UPS) if welfare else FOLLOW_UPS
    return [FollowUp(key=row.key, due_at=discharged_at + row.after) for row in rows]
