"""Contacts after the discharge, what was found at them, notes, and alerts that somebody takes on."""

from __future__ import annotations

from uuid import UUID

import pytest
from pydantic import ValidationError

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.commands.after import ReportProblem
from discharge.cases.decide import DECIDERS
from discharge.cases.evolve import fold
from discharge.cases.model import Action, Alert
from tests.discharge.cases.stories import (
    CONTACTS,
    COORDINATOR,
    POLICY,
    after,
    day,
    decided,
    envelope,
    kinds,
    leaves,
    noon,
    refer,
    refused,
)

HOME = after((0, refer()), (2, leaves()))
ALERT = Alert(
    alert_id=UUID(int=5), rule="r", level="stop", fact="f", threshold="t", source="s",
    owner_role="coordinator", raised_at=noon(3),
)  # fmt: skip
WARNED = fold(HOME, [ev.AlertRaised(alert=ALERT)])


def contact(**said: object) -> cmd.RecordContact:
    return cmd.RecordContact(follow_up="24-hours", outcome="well").model_copy(update=said)


def test_given_a_neighbour_who_reports_it_then_each_problem_is_owed_to_somebody_once() -> None:
    said = ReportProblem(problems=("no-heating", "fell"))
    opened = decided(HOME, said, 3, 5)
    assert kinds(opened) == ["action-opened", "action-opened"]
    assert decided(fold(HOME, opened), said, 3, 6) == []
    assert refused(HOME, said, 1, 5) == ("dates-out-of-order", "", "effective_on")
    assert kinds(decided(HOME, said, 2, 5)) == ["action-opened", "action-opened"]
    assert refused(HOME, ReportProblem(problems=("dragons",)), 3, 5)[2] == "problems[0]"
    with pytest.raises(ValidationError):
        ReportProblem(problems=())


def owed(cause: str, **said: object) -> Action:
    return Action(
        cause=cause, number=1, owner_role="coordinator", opened_at=noon(3), due_at=noon(4)
    ).model_copy(update=said)


@pytest.mark.parametrize("on", [2, 3])
def test_given_a_contact_then_it_is_recorded_at_noon_of_its_day(on: int) -> None:
    assert decided(HOME, contact(), on, 5) == [
        ev.ContactRecorded(key="24-hours", outcome="well", contacted_at=noon(on))
    ]


def test_given_a_contact_made_this_morning_then_it_is_not_recorded_later_than_now() -> None:
    morning = noon(3).replace(hour=9)
    events = DECIDERS["record-contact"](HOME, envelope(contact(), 3), morning, POLICY)
    assert events == [ev.ContactRecorded(key="24-hours", outcome="well", contacted_at=morning)]
    assert decided(HOME, contact(contacted_at=noon(2)), 3) == [
        ev.ContactRecorded(key="24-hours", outcome="well", contacted_at=noon(2))
    ]


def test_given_problems_at_a_contact_then_each_is_kept_and_owed_by_somebody() -> None:
    found = contact(outcome="needs-help", problems=("no-heating", "fell"))
    recorded, *opened = decided(HOME, found, 3)
    assert recorded == ev.ContactRecorded(
        key="24-hours", outcome="needs-help", contacted_at=noon(3), problems=("no-heating", "fell")
    )
    assert [(each.action.key, each.action.opened_at) for each in opened if each.kind == "action-opened"] == [
        ("no-heating/1", noon(3)),
        ("fell/1", noon(3)),
    ]


def test_given_the_last_contact_then_the_follow_up_is_complete_unless_it_was_before() -> None:
    last = contact(follow_up=CONTACTS[-1])
    done = ev.FollowUpCompleted(completed_on=day(26))
    made = ev.ContactRecorded(key=CONTACTS[-1], outcome="well", contacted_at=noon(26))
    assert decided(HOME, last, 26) == [made, done]
    assert decided(fold(HOME, [made, done]), last, 26) == [made]
    assert done not in decided(HOME, contact(follow_up="14-days"), 26)


@pytest.mark.parametrize(
    ("asked", "on", "answer"),
    [
        (contact(follow_up="9-days"), 3, ("no-such-item", "", "follow_up")),
        (contact(), 1, ("dates-out-of-order", "", "effective_on")),
        (contact(), 6, ("date-in-future", "", "effective_on")),
        (contact(outcome="fine"), 3, ("code-not-in-value-set", "contact-outcomes", "outcome")),
        (
            contact(problems=("fell", "cold")),
            3,
            ("code-not-in-value-set", "home-problems", "problems[1]"),
        ),
    ],
)
def test_given_a_contact_that_cannot_be_then_it_is_refused(
    asked: cmd.RecordContact, on: int, answer: tuple[str, str, str]
) -> None:
    assert refused(HOME, asked, on, 5) == answer


def test_given_a_contact_of_somebody_whose_discharge_is_not_known_then_any_day_will_do() -> None:
    case = HOME.model_copy(update={"discharge": None})
    assert len(decided(case, contact(), 1)) == 1


@pytest.mark.parametrize(
    ("cause", "asked"),
    [
        ("no-heating", cmd.AnswerAction(action="no-heating/1", answer="put-right")),
        ("no-heating", cmd.AnswerAction(action="no-heating/1", answer="other", found="medical")),
        ("unplanned-return", cmd.AnswerAction(action="unplanned-return/1", answer="arranged", found="home")),
    ],
)
def test_given_something_owed_then_its_answer_says_who_gave_it_and_what_was_found(
    cause: str, asked: cmd.AnswerAction
) -> None:
    case = fold(HOME, [ev.ActionOpened(action=owed(cause))])
    assert decided(case, asked, 4, 5) == [
        ev.ActionAnswered(
            action=f"{cause}/1",
            answer=asked.answer,
            answered_at=noon(5),
            answered_by=COORDINATOR.user_id,
            found=asked.found,
        )
    ]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (("fell/2", "put-right"), ("no-such-item", "", "action")),
        (("fell/1", "put-right"), ("already-done", "", "action")),
        (("no-food/1", "forgotten"), ("code-not-in-value-set", "action-answers", "answer")),
        (("no-food/1", "reached-since"), ("code-not-in-value-set", "action-answers", "answer")),
        (("unplanned-return/1", "put-right"), ("reason-needed", "", "found")),
        (("no-food/1", "put-right", "stairs"), ("code-not-in-value-set", "return-causes", "found")),
    ],
)
def test_given_an_answer_that_cannot_be_then_it_is_refused(
    asked: tuple[str, ...], answer: tuple[str, str, str]
) -> None:
    open_ones = [owed("no-food"), owed("unplanned-return"), owed("fell", answered_at=noon(4), answer="other")]
    case = fold(HOME, [ev.ActionOpened(action=each) for each in open_ones])
    action, given, *found = asked
    command = cmd.AnswerAction(action=action, answer=given, found=found[0] if found else None)
    assert refused(case, command, 4) == answer


def test_given_an_answer_dated_ahead_then_it_is_refused() -> None:
    case = fold(HOME, [ev.ActionOpened(action=owed("no-food"))])
    asked = cmd.AnswerAction(action="no-food/1", answer="put-right")
    assert refused(case, asked, 9, 8) == ("date-in-future", "", "effective_on")


def test_given_a_note_then_it_is_kept_by_its_id_and_none_is_refused() -> None:
    assert decided(HOME, cmd.AddNote(), 3, note_id=UUID(int=9)) == [ev.NoteWritten(note_id=UUID(int=9))]
    assert refused(HOME, cmd.AddNote(), 3) == ("note-needed", "", "note")


def test_given_an_alert_when_somebody_takes_it_on_then_it_says_who_and_when() -> None:
    asked = cmd.AcknowledgeAlert(alert_id=ALERT.alert_id)
    taken = ev.AlertAcknowledged(
        alert_id=ALERT.alert_id, acknowledged_at=noon(4), acknowledged_by=COORDINATOR.user_id
    )
    assert decided(WARNED, asked, 3, 4) == [taken]
    assert decided(fold(WARNED, [taken]), asked, 4) == []
    gone = ev.AlertCleared(alert_id=ALERT.alert_id, cleared_at=noon(4))
    assert decided(fold(WARNED, [gone]), asked, 4) == []
    assert refused(HOME, asked, 4) == ("no-such-item", "", "alert_id")


def test_given_the_clock_strikes_then_nothing_happens_by_itself() -> None:
    assert decided(WARNED, cmd.StrikeClock(), 9) == []
