"""Contacts owed after discharge: each is a clock that ends in a missed contact (`clocks/clocks.yaml`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from discharge.cases.model import Case, FollowUp
from discharge.clocks import london_date
from discharge.clocks.registry import CLOCK_ROWS, CLOCKS, Whom
from discharge.codes.casework import CONTACT_OUTCOMES
from discharge.reference.policy import Policy

LEFT_HOSPITAL = "person-discharged"
HEARD_BEFORE = timedelta(hours=24)
"""A contact that reached the person so long before another was due answers that one, too."""


def contact_words(key: str, otherwise: str | None = None) -> str:
    """Return what a contact is called; a key that never was one is shown as it is, or as ``otherwise``."""
    if CLOCK_ROWS.known(key):
        return CLOCK_ROWS.label(key)
    return key if otherwise is None else otherwise


def is_contact(key: str) -> bool:
    """Whether a key was ever that of a contact."""
    return CLOCK_ROWS.known(key)


def last_contact(case: Case) -> FollowUp | None:
    """Return the last contact that a case owes, or owed: with it the follow-up is complete."""
    return max(case.follow_ups.values(), key=lambda owed: (owed.due_at, owed.key), default=None)


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
    return reached_from(case, owed.due_at - HEARD_BEFORE)


def schedule(discharged_at: datetime, policy: Policy, who: Collection[Whom] = ()) -> list[FollowUp]:
    """Return the contacts owed after a discharge at ``discharged_at`` (case time), with those that
    are only for ``who`` the person is.
    """
    return [
        FollowUp(key=row.code, due_at=row.due_at(discharged_at))
        for row in policy.on(london_date(discharged_at))[CLOCKS].values()
        if row.breach == "contact-missed"
        and LEFT_HOSPITAL in row.starts_on
        and (row.only is None or row.only in who)
    ]
