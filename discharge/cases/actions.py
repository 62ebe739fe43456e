"""What has to be done because of something found, or missed, after the discharge, or because of what a
hospital took back: rows of data.

A row says which role owes it and within which time, and which risk rule speaks until somebody answers.
Silence is not safety (28-day support services; the Healthwatch and British Red Cross study of 2020 found that
a fifth of those who were visited had an unmet need); times are our choice: within the hour where somebody may
come to harm today, else within the day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import awaited, contact_words, heard, reached
from discharge.cases.model import Action, Case
from discharge.cases.stages import HOME
from discharge.clocks.registry import clock_fault, clock_from
from discharge.codes.by_edition import code_list
from discharge.codes.casework import OWNER_ROLES
from discharge.codes.model import Code
from discharge.reference.kind import KINDS
from discharge.reference.policy import Policy

(
    NOT_REACHED,
    MISSED,
    RETURNED,
    LEFT,
    LEFT_HOMELESS,
    REVIVED,
    UNACCEPTED,
    NOT_RETURNED,
    OVERLAP,
    BACK_LATER,
    CLOSED_EARLY,
    DELETED,
    WAITED,
) = (
    "not-reached",
    "contact-missed",
    "unplanned-return",
    "self-discharged",
    "self-discharged-homeless",
    "death-taken-back",
    "left-before-accepted",
    "readmission-cancelled",
    "stays-overlap",
    "back-later",
    "left-after-closing",
    "person-deleted",
    "waiting-contradicted",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow(Code):
    """What is owed: by which role, within which time, loud or not, and by which risk rule it is told.

    ``settled_by_contact``: reaching the person is the answer. ``of_contact``: what is said of the contact
    that it is about.
    """

    owner_role: str
    clock: str
    rule: str = "problem-at-home"
    urgent: bool = False
    settled_by_contact: bool = False
    of_contact: str = ""


def _wrong(rows: Mapping[str, ActionRow]) -> Iterator[str]:
    rules = KINDS.get("risk-rules")
    known = {code for edition in rules.editions for code in edition.table} if rules is not None else set()
    for code, row in rows.items():
        if fault := clock_fault(row.clock):
            yield f"{code}.clock: {fault}"
        if not OWNER_ROLES.known(row.owner_role):
            yield f"{code}.owner_role: {row.owner_role!r} is not a role - choose from {OWNER_ROLES.name}"
        if known and row.rule not in known:
            yield f"{code}.rule: {row.rule!r} is not a rule - name one of risk-rules"


ACTIONS = code_list("actions", ActionRow, folder=Path(__file__).parent, check=_wrong)
"""Cause -> what is owed. Problems at home and outcomes of contacts have their own codes as causes."""


def settled_by_contact() -> frozenset[str]:
    """Return the causes that end once somebody reached the person."""
    return frozenset(row.code for row in ACTIONS if row.settled_by_contact)


def of_being_at_home() -> frozenset[str]:
    """Return the causes that end once the person is in hospital again, and are owed again when that is taken
    back.
    """
    return settled_by_contact() | {UNACCEPTED}


REACHED, TRIED, BACK, ENDED, TAKEN_BACK, ACCEPTED, LATER = (
    "reached-since",
    "tried-since",
    "back-in-hospital",
    "case-ended",
    "admission-cancelled",
    "referral-accepted",
    "due-later",
)
"""Answers that follow from something else that was recorded."""


def action_words(action: Action) -> str:
    """Return what is owed, in words; silence names the contact that it is about."""
    label = ACTIONS.label(action.cause)
    contact = contact_words(action.subject, "")
    row = ACTIONS.newest(action.cause)
    return f"{contact}: {row.of_contact}" if contact and row and row.of_contact else label


def open_action(case: Case, cause: str, at: datetime, policy: Policy, subject: str = "") -> list[ev.Event]:
    """Open what a cause asks for, unless it is open already; no row, nothing owed. ``at`` is case time."""
    row = ACTIONS.by(policy, cause, policy.day)
    if row is None or any((each.cause, each.subject) == (cause, subject) for each in case.open_actions):
        return []
    action = Action(
        cause=cause,
        number=1 + sum(each.cause == cause for each in case.actions.values()),
        subject=subject,
        owner_role=row.owner_role,
        opened_at=at,
        due_at=clock_from(row.clock, at, policy),
    )
    return [ev.ActionOpened(action=action)]


def open_again(case: Case, owed: Action) -> list[ev.Event]:
    """Owe again what was answered only because of something that is taken back: since and until when it was
    owed at first.
    """
    if any((each.cause, each.subject) == (owed.cause, owed.subject) for each in case.open_actions):
        return []
    number = 1 + sum(each.cause == owed.cause for each in case.actions.values())
    again = Action(
        cause=owed.cause,
        number=number,
        subject=owed.subject,
        owner_role=owed.owner_role,
        opened_at=owed.opened_at,
        due_at=owed.due_at,
    )
    return [ev.ActionOpened(action=again)]


def found_at_contact(
    case: Case, contact: ev.ContactRecorded, now: datetime, policy: Policy
) -> list[ev.Event]:
    """Open what a contact found: each problem on its own, else what its outcome asks for. Whoever was reached
    is no longer silent.
    """
    happened = _settled_by(case, contact, now)
    causes = (
        contact.problems
        if contact.problems and contact.outcome == "needs-help"
        else (*contact.problems, contact.outcome)
    )
    for cause in causes:
        subject = contact.key if cause == NOT_REACHED else ""
        happened += open_action(fold(case, happened), cause, now, policy, subject)
    return happened


def _settled_by(case: Case, contact: ev.ContactRecorded, now: datetime) -> list[ev.Event]:
    """The contact itself was made; reaching the person answers all silence before it as well."""
    was_reached, settling = reached(contact.outcome), settled_by_contact()
    return [
        ev.ActionAnswered(action=action.key, answer=REACHED if was_reached else TRIED, answered_at=now)
        for action in case.open_actions
        if action.cause in settling
        and (action.subject == contact.key or (was_reached and _before(action, contact)))
    ]


def _before(action: Action, contact: ev.ContactRecorded) -> bool:
    """Whether a contact came after what made it owed; who left by own decision is owed any contact at all."""
    return action.cause in (LEFT, LEFT_HOMELESS) or action.opened_at <= contact.contacted_at


def settle(case: Case, answer: str, now: datetime, causes: Collection[str] | None = None) -> list[ev.Event]:
    """Answer what is open, of some causes or of all, because of something else that was recorded."""
    return [
        ev.ActionAnswered(action=action.key, answer=answer, answered_at=now)
        for action in case.open_actions
        if causes is None or action.cause in causes
    ]


def missed_contacts(case: Case, now: datetime, policy: Policy) -> list[ev.Event]:
    """Open an action for each contact that nobody made by the time it was due, once for each discharge."""
    if case.stage not in HOME:
        return []
    told = {
        owed.key
        for owed in case.follow_ups.values()
        for action in case.actions.values()
        if (action.cause, action.subject) == (MISSED, owed.key) and action.opened_at >= owed.due_at
    }
    happened: list[ev.Event] = []
    for owed in case.follow_ups.values():
        if awaited(owed) and owed.due_at <= now and owed.key not in told and not heard(case, owed):
            happened += open_action(fold(case, happened), MISSED, owed.due_at, policy, owed.key)
    return happened


def next_missed(case: Case, now: datetime) -> datetime | None:
    """Return when the next contact would be missed, or None."""
    due = (owed.due_at for owed in case.follow_ups.values() if awaited(owed) and owed.due_at > now)
    return min(due, default=None)
