"""A hospital deletes the person's record: nothing ends by itself, and somebody owes an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from discharge.cases import commands as cmd
from discharge.cases.model import Stage
from discharge.errors import Refused
from discharge.next_actions import next_action
from discharge.pathway_words import why_still_here
from tests.discharge.cases.stories import after, ask, day, noon, refer, told
from tests.housing_checks.test_pathway import ALL_YES, checked, walk

GONE = told(status="cancelled", cancelled_because="deleted")


@pytest.mark.parametrize("stay", [[], [(0, told(status="admitted"))]], ids=["no stay", "a stay"])
def test_given_a_deleted_person_then_the_case_goes_on_and_the_discharge_team_owes_an_answer(
    stay: list[tuple[int, cmd.Command]],
) -> None:
    case = walk(*stay, *([(3, GONE)] if stay else []), (3, cmd.NotePersonDeleted()), case=checked(ALL_YES))

    assert not case.closed
    [owed] = case.open_actions
    assert (owed.cause, owed.owner_role, owed.due_at) == (
        "person-deleted",
        "discharge-team",
        noon(3) + timedelta(hours=24),
    )
    [alert] = [each for each in case.open_alerts if each.rule == "person-deleted"]
    assert (alert.level, alert.owner_role) == ("RED", "discharge-team")
    assert alert.fact.startswith("The hospital deleted the person's record")
    step = next_action(case, day(3))
    assert step is not None
    assert (step.role, step.due_on) == ("discharge-team", day(4))


def test_given_nobody_answers_then_the_alert_grows_louder_and_an_answer_ends_it() -> None:
    case = walk((3, cmd.NotePersonDeleted()), (3, cmd.NotePersonDeleted()), case=checked(ALL_YES))
    assert len(case.open_actions) == 1

    late = walk((5, cmd.StrikeClock()), case=case)
    assert [each.level for each in late.open_alerts if each.rule == "person-deleted"] == ["RED+"]

    answered = walk((5, cmd.AnswerAction(action="person-deleted/1", answer="nothing-wrong")), case=late)
    assert "person-deleted" not in {each.rule for each in answered.open_alerts}


def test_given_the_stay_is_deleted_then_the_sentence_says_that_the_hospital_took_it_back() -> None:
    case = after((0, refer()), (0, told(status="admitted")), (3, GONE), (3, cmd.NotePersonDeleted()))

    assert "deleted" in why_still_here(case, day(3))


def test_given_a_closed_case_then_nothing_is_owed() -> None:
    closed = ask(after((0, refer())), cmd.RecordDeath(), 2)

    assert closed.stage is Stage.CLOSED
    assert ask(closed, cmd.NotePersonDeleted(), 3) == closed


def test_given_an_unanswered_deletion_then_the_case_cannot_end_as_well() -> None:
    gone = told(status="discharged", discharged_on=day(3), discharge_method="1", discharge_destination="19")
    case = walk((0, told(status="admitted")), (3, gone), (4, cmd.NotePersonDeleted()), case=checked(ALL_YES))

    with pytest.raises(Refused, match="answer-needed"):
        ask(case, cmd.CloseCase(outcome="home-made-ready"), 40)
