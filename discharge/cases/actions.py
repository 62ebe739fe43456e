"""What has to be done because of something found, or missed, after the discharge, or because of what a
hospital took back: rows of data.

A row says which role owes it and within which time, and which risk rule speaks until somebody answers.
Silence is not safety (28-day support services; the Healthwatch and British Red Cross study of 2020 found that
a fifth of those who were visited had an unmet need); times are our choice: within the hour where somebody may
come to harm today, else within the day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import contact_words, heard, reached
from discharge.cases.model import Action, Case
from discharge.cases.stages import HOME
from discharge.clocks.registry import clock_from
from discharge.codes.model import Code, CodeList
from discharge.reference.policy import Policy

HOUR, DAY = "answer-within-the-hour", "answer-within-the-day"
"""The clocks by which something is answered (`discharge/clocks/clocks.yaml`)."""

RED_CROSS = "Healthwatch and British Red Cross, 590 people's stories (2020); time is Homeward's choice"
OMBUDSMAN = "Ombudsman on unsafe discharge; time is Homeward's choice"
NG27 = "NICE NG27 section 1.5; 28-day support services; time is Homeward's choice"
WHEREABOUTS = "Homeward: house rule on where the person is"
DUTY = "Homelessness Reduction Act 2017, duty to refer; Homeward's choice"

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
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow(Code):
    """What is owed: by which role, within which time, loud or not, and by which risk rule it is told.

    ``settled_by_contact``: reaching the person is the answer.
    """

    owner_role: str
    clock: str
    rule: str = "problem-at-home"
    urgent: bool = False
    settled_by_contact: bool = False


def _problem(code: str, label: str, clock: str, source: str, owner: str = "coordinator") -> ActionRow:
    return ActionRow(
        code=code, label=label, source=source, owner_role=owner, clock=clock, urgent=clock == HOUR
    )


def _news(code: str, label: str, settled_by_contact: bool = False) -> ActionRow:
    return ActionRow(
        code=code,
        label=label,
        source=WHEREABOUTS,
        owner_role="coordinator" if settled_by_contact else "discharge-team",
        clock=HOUR,
        rule="whereabouts",
        settled_by_contact=settled_by_contact,
    )


ACTIONS = CodeList(
    "actions",
    (
        _problem("cannot-get-in", "The person could not get in", HOUR, RED_CROSS),
        _problem("no-heating", "There is no heating", HOUR, RED_CROSS),
        _problem("no-hot-water", "There is no water, or no hot water", DAY, RED_CROSS),
        _problem("no-power", "There is no electricity or gas", HOUR, RED_CROSS),
        _problem("no-food", "There is no food", HOUR, OMBUDSMAN),
        _problem("no-bed", "There is no usable bed", HOUR, RED_CROSS),
        _problem("cannot-reach-toilet", "The person cannot reach the toilet", HOUR, RED_CROSS),
        _problem("equipment-missing", "Equipment is missing or does not work", DAY, RED_CROSS),
        _problem("adaptation-missing", "An adaptation is missing or does not work", DAY, RED_CROSS),
        _problem("care-did-not-come", "Care did not come", HOUR, OMBUDSMAN, "discharge-team"),
        _problem("medicines-missing", "Medicines are missing", HOUR, RED_CROSS, "discharge-team"),
        _problem("fell", "The person fell at home", HOUR, RED_CROSS, "discharge-team"),
        _problem("hazard", "There is a hazard at home", DAY, RED_CROSS),
        _problem("placement-unsuitable", "The home turned out unsuitable", DAY, OMBUDSMAN),
        _problem("needs-help", "Something is wrong: check that help has come", DAY, NG27),
        ActionRow(
            code=NOT_REACHED,
            label="Somebody tried to reach the person, and did not",
            source=NG27,
            owner_role="coordinator",
            clock=DAY,
            rule="no-contact-after-discharge",
            settled_by_contact=True,
        ),
        ActionRow(
            code=MISSED,
            label="A contact after the discharge was not made in time",
            source=NG27,
            owner_role="coordinator",
            clock=DAY,
            rule="no-contact-after-discharge",
            settled_by_contact=True,
        ),
        ActionRow(
            code="in-hospital",
            label="The person is reported to be back in hospital",
            source="NHS Digital indicator I02040; Homeward's choice",
            owner_role="discharge-team",
            clock=HOUR,
            rule="back-in-hospital",
        ),
        ActionRow(
            code=RETURNED,
            label="The person is back in hospital: find out whether the home was the reason",
            source="NHS Digital indicator I02040; failed discharge by our own definition",
            owner_role="coordinator",
            clock=DAY,
            rule="back-in-hospital",
        ),
        ActionRow(
            code=LEFT,
            label="The person discharged themselves: find out how they are",
            source=OMBUDSMAN,
            owner_role="coordinator",
            clock=DAY,
            rule="left-by-own-decision",
            settled_by_contact=True,
        ),
        ActionRow(
            code=LEFT_HOMELESS,
            label="The person discharged themselves and has no home",
            source=DUTY,
            owner_role="coordinator",
            clock=HOUR,
            rule="left-by-own-decision",
            urgent=True,
            settled_by_contact=True,
        ),
        ActionRow(
            code=REVIVED,
            label="The hospital cancelled the report of the person's death: start the stopped work again",
            source="Homeward: house rule on cancelled deaths",
            owner_role="coordinator",
            clock=HOUR,
            rule="death-taken-back",
        ),
        ActionRow(
            code=DELETED,
            label="The hospital deleted the person's record: decide whether this case continues",
            source="HL7 2.4 chapter 3, A29; Homeward: house rule on deleted records",
            owner_role="discharge-team",
            clock=DAY,
            rule="person-deleted",
        ),
        ActionRow(
            code=UNACCEPTED,
            label="The person left before anybody accepted the referral",
            source=OMBUDSMAN,
            owner_role="coordinator",
            clock=HOUR,
            rule="left-before-accepted",
        ),
        _news(NOT_RETURNED, "The hospital cancelled the admission. The person is at home, as before", True),
        _news(OVERLAP, "The hospital reports that the person left one stay and is still in another"),
        _news(BACK_LATER, "The person is in hospital again, more than 29 days after they left"),
        _news(CLOSED_EARLY, "The person left hospital only after the case was closed", True),
    ),
)
"""Cause -> what is owed. Problems at home and outcomes of contacts have their own codes as causes."""

SETTLED_BY_CONTACT = frozenset(row.code for row in ACTIONS if row.settled_by_contact)
"""Causes that end once somebody reached the person."""

OF_BEING_AT_HOME = SETTLED_BY_CONTACT | {UNACCEPTED}
"""Causes that end once the person is in hospital again, and are owed again when that is taken back."""

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
    return f"{contact}: {_SILENCE[action.cause]}" if contact and action.cause in _SILENCE else label


_SILENCE = {MISSED: "not made in time", NOT_REACHED: "tried, not reached"}


def open_action(case: Case, cause: str, at: datetime, policy: Policy, subject: str = "") -> list[ev.Event]:
    """Open what a cause asks for, unless it is open already; no row, nothing owed. ``at`` is case time."""
    row = next((each for each in ACTIONS if each.code == cause), None)
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
    was_reached = reached(contact.outcome)
    return [
        ev.ActionAnswered(action=action.key, answer=REACHED if was_reached else TRIED, answered_at=now)
        for action in case.open_actions
        if action.cause in SETTLED_BY_CONTACT
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
        if owed.outcome is None and owed.due_at <= now and owed.key not in told and not heard(case, owed):
            happened += open_action(fold(case, happened), MISSED, owed.due_at, policy, owed.key)
    return happened


def next_missed(case: Case, now: datetime) -> datetime | None:
    """Return when the next contact would be missed, or None."""
    due = (owed.due_at for owed in case.follow_ups.values() if owed.outcome is None and owed.due_at > now)
    return min(due, default=None)
