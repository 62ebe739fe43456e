"""Contacts owed after discharge: each is a clock that ends in a missed contact (`clocks/clocks.yaml`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from discharge.calendar import spoken_moment
from discharge.cases import events as ev
from discharge.cases.model import Case, FollowUp
from discharge.clocks import london_date
from discharge.clocks.registry import CLOCK_ROWS, CLOCKS, Clock, Whom
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


def awaited(owed: FollowUp) -> bool:
    """Whether a contact is late once its time is over: nobody made it, and its clock runs."""
    return owed.outcome is None and owed.paused_at is None and owed.frozen_at is None


def not_running(owed: FollowUp) -> str | None:
    """Say that the clock of a contact stands still, or is left as it is; None while it runs."""
    if owed.frozen_at is not None:
        return f"Not needed since {spoken_moment(owed.frozen_at)}"
    return f"Paused since {spoken_moment(owed.paused_at)}" if owed.paused_at is not None else None


def moved(
    case: Case, happened: Iterable[ev.Event], now: datetime, policy: Policy
) -> list[ev.FollowUpScheduled]:
    """Say anew when contacts are due whose clocks stand still, run again or are left as they are, because of
    what happened; by the clocks of the day of discharge.
    """
    if case.discharge is None:
        return []
    began_at = case.discharge.discharged_at
    rows = policy.on(london_date(began_at))[CLOCKS]
    kinds = [event.kind for event in happened]
    told = []
    for owed in case.follow_ups.values():
        row, then = rows.get(owed.key), owed
        if row is None or owed.outcome is not None:
            continue
        for kind in kinds:
            then = _after(row, began_at, then, kind, now)
        if then != owed:
            told.append(ev.FollowUpScheduled(follow_up=then))
    return told


def _after(row: Clock, began_at: datetime, owed: FollowUp, kind: str, now: datetime) -> FollowUp:
    """A contact after an event of a kind: what is frozen, or is late already, moves no more."""
    if owed.frozen_at is not None or (owed.due_at <= now and owed.paused_at is None):
        return owed
    if kind in row.frozen_by:
        return owed.model_copy(update={"frozen_at": now})
    if row.pauses is None:
        return owed
    if owed.paused_at is None and kind in row.pauses.begins_on:
        return owed.model_copy(update={"paused_at": now})
    if owed.paused_at is not None and kind in row.pauses.ends_on:
        due = row.later(began_at, owed.due_at, owed.paused_at, now)
        return owed.model_copy(update={"due_at": due, "paused_at": None})
    return owed


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
