"""After the discharge, and what the clock and alerts ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.actions import RETURNED, found_at_contact, open_action
from discharge.cases.commands import Envelope
from discharge.cases.commands.after import ReportProblem
from discharge.cases.decide.common import (
    Decider,
    all_coded,
    coded,
    command_of,
    happened_on,
    noon,
    plain,
    since_discharge,
)
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import last_contact
from discharge.cases.model import Action, Case, Stage
from discharge.codes.after_discharge import ACTION_ANSWERS
from discharge.codes.model import not_listed
from discharge.errors import Refused, refuse_together
from discharge.reference.policy import Policy


def record_contact(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """Record a contact, or a try; the last one owed completes the follow-up."""
    asked = command_of(envelope, cmd.RecordContact)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _owed(case, asked.follow_up),
        lambda: since_discharge(case, day),
        lambda: coded("contact-outcomes", asked.outcome, day, "outcome"),
        lambda: all_coded("home-problems", asked.problems, day, "problems"),
    )
    contact = ev.ContactRecorded(
        key=asked.follow_up,
        outcome=asked.outcome,
        contacted_at=asked.contacted_at or min(now, noon(day)),
        problems=asked.problems,
    )
    happened: list[ev.Event] = [contact, *found_at_contact(case, contact, now, policy)]
    last = last_contact(case)
    complete = last is not None and asked.follow_up == last.key and case.stage is Stage.DISCHARGED
    return [*happened, ev.FollowUpCompleted(completed_on=day)] if complete else happened


def _owed(case: Case, key: str) -> None:
    if key not in case.follow_ups:
        raise Refused("no-such-item", where="follow_up")


def report_problem(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """Each problem is owed to somebody, with a time; one that is open already stays as it is."""
    asked = command_of(envelope, ReportProblem)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: since_discharge(case, day),
        lambda: all_coded("home-problems", asked.problems, day, "problems"),
    )
    happened: list[ev.Event] = []
    for problem in asked.problems:
        happened += open_action(fold(case, happened), problem, now, policy)
    return happened


def _given(answer: str, day: date) -> None:
    if not ACTION_ANSWERS.lookup(answer, day, "answer").given:
        given = (row.code for row in ACTION_ANSWERS.in_force(day) if row.given)
        raise not_listed(ACTION_ANSWERS.name, answer, given, "answer")


def _found(action: Action, found: str | None, day: date) -> None:
    """Why somebody came back belongs to the answer about it."""
    if action.cause == RETURNED and found is None:
        raise Refused("reason-needed", where="found")
    if found is not None:
        coded("return-causes", found, day, "found")


def answer_action(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Say how something owed after the discharge ended; why somebody came back belongs to its answer."""
    asked = command_of(envelope, cmd.AnswerAction)
    action = case.actions.get(asked.action)
    if action is None:
        raise Refused("no-such-item", where="action")
    if action.answered_at is not None:
        raise Refused("already-done", where="action")
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _given(asked.answer, day),
        lambda: _found(action, asked.found, day),
    )
    return [
        ev.ActionAnswered(
            action=action.key,
            answer=asked.answer,
            answered_at=now,
            answered_by=envelope.actor.user_id,
            found=asked.found,
        )
    ]


def add_note(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Keep a note; the door has stored its text."""
    if envelope.note_id is None:
        raise Refused("note-needed", where="note")
    return [ev.NoteWritten(note_id=envelope.note_id)]


def acknowledge_alert(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Accept an alert; it stops escalating, and stays until its cause is gone."""
    asked = command_of(envelope, cmd.AcknowledgeAlert)
    alert = case.alerts.get(str(asked.alert_id))
    if alert is None:
        raise Refused("no-such-item", where="alert_id")
    if alert.acknowledged_at is not None or alert.cleared_at is not None:
        return []
    acknowledged = ev.AlertAcknowledged(
        alert_id=alert.alert_id, acknowledged_at=now, acknowledged_by=envelope.actor.user_id
    )
    return [acknowledged]


def strike_clock(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Time passed: nothing happens by itself, the rules look again."""
    return []


DECIDERS: Mapping[str, Decider] = {
    "record-contact": record_contact,
    "report-problem": report_problem,
    "answer-action": plain(answer_action),
    "add-note": plain(add_note),
    "acknowledge-alert": plain(acknowledge_alert),
    "strike-clock": plain(strike_clock),
}
