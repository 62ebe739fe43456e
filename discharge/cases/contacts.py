"""Which contacts after a discharge are still to be made, and whom nobody reached, as the actions count it.

Reaching the person answers the silence before it: a contact that was missed, or tried in vain, is then over.
While an action about it is open, it is not.
"""

from __future__ import annotations

from datetime import date

from discharge.cases.actions import MISSED, NOT_REACHED
from discharge.cases.follow_ups import heard, reached, reached_from
from discharge.cases.model import Case, FollowUp
from discharge.clocks import london_date


def contacts_owed(case: Case, today: date) -> list[FollowUp]:
    """Return the contacts that are still to be made, the earliest first: those to come, and those missed by a
    person who was not reached since.
    """
    unmade = [each for each in case.follow_ups.values() if each.outcome is None]
    return sorted((each for each in unmade if not _over(case, each, today)), key=lambda each: each.due_at)


def _over(case: Case, owed: FollowUp, today: date) -> bool:
    if _asked(case, MISSED, owed):
        return False
    passed = london_date(owed.due_at) < today
    return heard(case, owed) if passed else reached_from(case, owed.due_at)


def overdue(case: Case, owed: FollowUp, today: date) -> bool:
    """Whether the time of a contact that is owed is over: its day, or its hour once an action says so."""
    return london_date(owed.due_at) < today or _asked(case, MISSED, owed)


def contacts_in_vain(case: Case) -> list[FollowUp]:
    """Return the contacts that were tried, where nobody reached the person since."""
    return [
        each
        for each in case.follow_ups.values()
        if each.outcome is not None and not reached(each.outcome) and not _answered(case, each)
    ]


def _answered(case: Case, tried: FollowUp) -> bool:
    since = tried.contacted_at or tried.due_at
    return reached_from(case, since) and not _asked(case, NOT_REACHED, tried)


def _asked(case: Case, cause: str, about: FollowUp) -> bool:
    """Whether an action about the silence of a contact waits for its answer."""
    return any((each.cause, each.subject) == (cause, about.key) for each in case.open_actions)
