"""Who can be given what, until when, and what needs a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from discharge.cases import commands as cmd
from discharge.cases.commands import Command, Envelope
from discharge.cases.model import Actor
from housing_checks.checks.form import form_of
from housing_checks.checks.owners import owners_of
from housing_checks.gate.sentence import what_stands_between
from housing_checks.pathway import advance
from tests.discharge.cases.stories import CASE, COORDINATOR
from tests.housing_checks.gate.test_late import HOME_ON, on, told
from tests.housing_checks.paper import BEGINS, Told

NOTE = uuid5(CASE, "why")
FORM_1, FORM_2 = form_of("home-check-1"), form_of("home-check-2")
REASON = ("day-reason-needed", "due_on")


def opened() -> Told:
    return told({"food": "no", "stairs-inside": "no", "safety-confirmed": "unknown"})


def answer(
    case: Told, command: Command, day: int = 0, note: UUID | None = None, actor: Actor = COORDINATOR
) -> tuple[str | None, str | None]:
    """Code and place of the refusal; nothing where it is accepted."""
    at = on(day)
    envelope = Envelope(
        command_id=uuid5(CASE, f"{command}{day}{note}"),
        case_id=CASE,
        actor=actor,
        effective_on=at,
        command=command,
        note_id=note,
    )
    decided = advance(case.case, envelope, datetime(at.year, at.month, at.day, 12, tzinfo=UTC))
    if decided.answer.outcome == "accepted":
        case.case = decided.case
    return decided.answer.code, decided.answer.where or None


def gives(item: str, role: str, day: int | None = None) -> cmd.AssignBlocker:
    return cmd.AssignBlocker(item=item, role=role, due_on=None if day is None else on(day))


@pytest.mark.parametrize(
    ("item", "role"),
    [
        ("food", "landlord"),
        ("stairs-inside", "operator"),
        ("stairs-inside", "fire-service"),
        ("safety-confirmed", "family-carer"),
        ("food", "named-adviser"),
    ],
)
def test_given_a_role_whose_move_an_item_cannot_be_then_it_is_refused_and_so_is_an_answer_that_says_so(
    item: str, role: str
) -> None:
    case = opened()
    assert answer(case, gives(item, role)) == ("code-not-in-value-set", "role")
    said = cmd.ConfirmItem(item=item, value="unknown", owner_role=role)
    assert answer(case, said) == ("code-not-in-value-set", "owner_role")


@pytest.mark.parametrize(
    ("item", "role"),
    [("food", "family-carer"), ("stairs-inside", "landlord"), ("safety-confirmed", "named-adviser")],
)
def test_given_a_role_whose_move_it_can_be_then_it_is_taken(item: str, role: str) -> None:
    case = opened()
    assert answer(case, gives(item, role)) == (None, None)
    assert case.case.assigned[item].role == role


def test_given_an_item_that_names_no_owners_then_it_is_nobodys_who_only_watches() -> None:
    known = {each.code for each in owners_of(FORM_1.by_code["food"], BEGINS)}
    assert {"landlord", "therapy", "coordinator"} <= known
    assert not {"operator", "trust-monitor", "named-adviser"} & known


@pytest.mark.parametrize("code", FORM_2.codes)
def test_given_any_item_then_its_usual_owner_can_have_it_and_no_operator(code: str) -> None:
    row = FORM_2.by_code[code]
    can_be = {each.code for each in owners_of(row, BEGINS)}
    assert row.owner in can_be
    assert row.owner_while is None or row.owner_while.owner in can_be
    assert "operator" not in can_be


def test_given_a_day_long_after_the_expected_one_then_it_needs_a_reason() -> None:
    case = opened()
    last = HOME_ON + 14
    assert answer(case, gives("food", "coordinator", last)) == (None, None)
    assert answer(case, gives("food", "coordinator", last + 1)) == REASON
    assert answer(case, gives("food", "coordinator", last + 1), note=NOTE) == (None, None)
    said = cmd.ConfirmItem(item="food", value="no", due_on=on(last + 2))
    assert answer(case, said) == REASON
    assert answer(case, said, note=NOTE) == (None, None)


def test_given_no_expected_day_then_a_far_day_counts_from_when_it_is_said() -> None:
    case = told({"food": "no", "safety-confirmed": "unknown"}, home_on=None)
    assert answer(case, gives("food", "coordinator", 15)) == REASON
    assert answer(case, gives("food", "coordinator", 15), day=1) == (None, None)


def test_given_an_item_that_is_late_then_a_later_day_needs_a_reason_and_another_owner_does_not() -> None:
    case = opened()
    assert answer(case, gives("food", "coordinator", 3)) == (None, None)
    assert answer(case, gives("food", "coordinator", 6), day=3) == (None, None)
    assert answer(case, gives("food", "coordinator", 9), day=7) == REASON
    assert answer(case, gives("food", "family-carer"), day=7) == (None, None)
    assert answer(case, gives("stairs-inside", "therapy", 9), day=8, note=NOTE) == (None, None)


def test_given_a_day_of_another_year_then_the_sentence_says_the_year() -> None:
    case = opened()
    far = date(2027, 11, 14)
    asked = cmd.AssignBlocker(item="food", role="coordinator", due_on=far)
    assert answer(case, asked, note=NOTE) == (None, None)
    assert "by Sun 14 Nov 2027)" in what_stands_between(case.case, BEGINS)
    assert "by Sun 14 Nov)" in what_stands_between(case.case, date(2027, 1, 1))


def test_given_safety_that_is_not_confirmed_then_the_sentence_says_just_that() -> None:
    said = what_stands_between(opened().case, BEGINS)
    assert "safety is not confirmed (named adviser for safety, by " in said
    assert "safety confirmed" not in said


def test_given_a_mitigation_then_a_person_is_named_as_staff_or_in_the_note() -> None:
    case = opened()
    asked = cmd.NameMitigation(
        item="food", mitigation="meals-delivered", role="coordinator", until_on=BEGINS + timedelta(days=5)
    )
    assert answer(case, asked) == ("mitigation-person-needed", "user_id")
    by_user = asked.model_copy(update={"user_id": uuid5(CASE, "somebody")})
    assert answer(case, by_user) == (None, None)
    assert answer(opened(), asked, note=NOTE) == (None, None)
