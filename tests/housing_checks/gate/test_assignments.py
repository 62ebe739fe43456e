"""Somebody says whose move an item is, and by when: that counts before what the form and the work say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from discharge.cases.commands import AssignBlocker, Envelope, NameMitigation, SaveAnswers
from discharge.cases.events import Event
from discharge.cases.model import Case, Check, GateItem, Stage
from discharge.errors import Refused
from housing_checks.checks.form import form_in_force
from housing_checks.gate.assignments import assign_blocker
from housing_checks.gate.blockers import beside, blocking
from tests.housing_checks.homes import CASE, COORDINATOR, FORM_1, Story, checked, confirm, day, start

JO = UUID(int=1)
ASSIGN = AssignBlocker(item="toilet", role="therapy", user_id=JO, due_on=day(8))


def test_given_an_owner_and_a_day_then_the_blocker_has_them() -> None:
    story = checked(toilet="no").ask(ASSIGN, on=2)
    assert story.kinds == ["blocker-assigned"]
    (found,) = blocking(story.case)
    assert (found.owner_role, found.user_id, found.due_on) == ("therapy", JO, day(8))
    kept = story.case.assigned["toilet"]
    assert (kept.assigned_on, kept.assigned_by) == (day(2), COORDINATOR.user_id)


def test_given_a_day_that_somebody_said_then_it_counts_before_that_of_the_work() -> None:
    story = checked(toilet="no").ask(start("equipment", "commode", due_on=day(6)), on=2).ask(ASSIGN, on=2)
    assert blocking(story.case)[0].due_on == day(8)


def test_given_no_day_then_the_day_of_the_work_still_counts() -> None:
    story = checked(toilet="no").ask(start("equipment", "commode", due_on=day(6)), on=2)
    story.ask(ASSIGN.model_copy(update={"due_on": None}), on=2)
    assert (blocking(story.case)[0].owner_role, blocking(story.case)[0].due_on) == ("therapy", day(6))


def test_given_the_same_said_again_then_nothing_happens_and_another_owner_takes_its_place() -> None:
    story = checked(toilet="no").ask(ASSIGN, on=2)
    assert story.decide(ASSIGN, on=3) == []
    story.ask(ASSIGN.model_copy(update={"role": "coordinator"}), on=3)
    assert story.case.assigned["toilet"].role == "coordinator"


def test_given_a_check_under_way_then_an_item_that_says_no_can_be_assigned() -> None:
    saved = SaveAnswers(form=FORM_1.code, answers={"toilet": "no"})
    story = Story().ask(saved).ask(ASSIGN, on=2)
    assert story.case.assigned["toilet"].due_on == day(8)


def test_given_a_yes_then_the_owner_is_forgotten_and_a_later_no_is_nobodys_yet() -> None:
    story = checked(toilet="no").ask(ASSIGN, on=2).ask(confirm("toilet"), on=3)
    assert story.case.assigned == {}
    story.ask(confirm("toilet", "no"), on=4)
    assert blocking(story.case)[0].owner_role == "coordinator"


def test_given_an_item_that_is_not_gated_then_its_owner_is_told_beside() -> None:
    story = checked(room_to_move="no").ask(ASSIGN.model_copy(update={"item": "room-to-move"}), on=2)
    assert [(each.owner_role, each.due_on) for each in beside(story.case)] == [("therapy", day(8))]


@pytest.mark.parametrize(
    ("changes", "on", "code", "detail", "where"),
    [
        ({"item": "water"}, 2, "already-done", "item-is-yes", "item"),
        ({"item": "garden"}, 2, "no-such-item", "check-item", "item"),
        ({"role": "somebody"}, 2, "code-not-in-value-set", "owner-roles", "role"),
        ({"due_on": day(1)}, 2, "dates-out-of-order", "", "due_on"),
        ({}, 3, "date-in-future", "", "effective_on"),
    ],
)
def test_given_what_cannot_be_then_it_is_refused(
    changes: dict[str, object], on: int, code: str, detail: str, where: str
) -> None:
    with pytest.raises(Refused) as refusal:
        checked(toilet="no").decide(ASSIGN.model_copy(update=changes), on, now=2)
    assert (refusal.value.code, refusal.value.detail, refusal.value.where) == (code, detail, where)


def test_given_a_day_that_has_passed_then_a_later_one_needs_a_reason_and_the_same_one_does_not() -> None:
    story = checked(toilet="no").ask(ASSIGN, on=2)
    again = ASSIGN.model_copy(update={"user_id": UUID(int=2)})
    assert [each.kind for each in story.decide(again, on=8, now=9)] == ["blocker-assigned"]
    with pytest.raises(Refused) as refusal:
        story.decide(again.model_copy(update={"due_on": day(9)}), on=8, now=9)
    asked = refusal.value
    assert (asked.code, asked.detail, asked.where) == ("day-reason-needed", "late", "due_on")


HEATERS = NameMitigation(item="heating", mitigation="temporary-heating", role="landlord", until_on=day(4))


def test_given_a_mitigation_whose_day_has_passed_then_its_item_blocks_again_and_says_why() -> None:
    story = checked(heating="no").ask(HEATERS, on=2)
    assert blocking(story.case) == []
    story.ask(confirm("water"), on=5)
    (found,) = blocking(story.case)
    assert (found.why, found.words) == (
        "mitigation-ended",
        "Heating: no, and the mitigation ended on 6 March 2026: temporary heating, water or power",
    )
    story.ask(HEATERS.model_copy(update={"until_on": day(9)}), on=5)
    assert (blocking(story.case), story.case.gate["heating"].lapsed) == ([], None)


def test_given_a_mitigation_that_ended_then_a_yes_forgets_it() -> None:
    story = checked(heating="no").ask(HEATERS, on=2).ask(confirm("heating"), on=5)
    story.ask(confirm("heating", "no"), on=6)
    assert story.case.gate["heating"] == GateItem(code="heating", value="no", as_of=day(6))
    assert blocking(story.case)[0].why == "no"


def test_given_an_item_whose_owner_stays_then_it_is_given_to_nobody_else() -> None:
    item = form_in_force(date(2026, 11, 2)).by_code["safety-confirmed"]
    assert (item.owner, item.owner_stays) == ("named-adviser", True)
    check = Check(form=form_in_force(date(2026, 11, 2)).code, started_on=date(2026, 11, 2))
    case = Case(case_id=CASE, stage=Stage.CHECKED, check=check, gate={item.code: GateItem(code=item.code)})

    def says(role: str) -> list[Event]:
        asked = AssignBlocker(item=item.code, role=role)
        envelope = Envelope(
            command_id=JO, case_id=CASE, actor=COORDINATOR, effective_on=date(2026, 11, 2), command=asked
        )
        return assign_blocker(case, envelope, datetime(2026, 11, 2, 12, tzinfo=UTC))

    with pytest.raises(Refused) as refused:
        says("family-carer")
    assert (refused.value.where, refused.value.code) == ("role", "code-not-in-value-set")
    assert [each.kind for each in says("named-adviser")] == ["blocker-assigned"]
