"""One item answered by several people, at any stage: what is recorded, what counts, and who settles it."""

from __future__ import annotations

from uuid import uuid5

import pytest

from discharge.cases.commands import ConfirmItem, SettleAnswer
from discharge.cases.events import AnswerSettled, GateItemSet, ItemAnswered, PersonDischarged
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Discharge, Stage
from discharge.errors import Refused
from housing_checks.gate.blockers import blocking
from tests.housing_checks.homes import COORDINATOR, SERVICE, TRUST, Story, check, checked, day, noon

WARD = Actor(organisation_id=TRUST, role="discharge-team", user_id=uuid5(TRUST, "ward"))
OTHER = Actor(organisation_id=SERVICE, role="coordinator", user_id=uuid5(SERVICE, "other"))


def phoned(value: str, told_by: str = "daughter", **more: object) -> ConfirmItem:
    said = {"item": "heating", "value": value, "evidence": "told", "told_by": told_by, "through": "phone"}
    return ConfirmItem.model_validate(said | more)


def test_given_a_case_without_a_check_when_an_item_is_answered_then_the_check_begins_with_it() -> None:
    story = Story().ask(phoned("yes"), on=3, actor=WARD)
    assert story.kinds == ["check-started", "item-answered"]
    assert story.case.check is not None
    heating = story.case.check.given["heating"]
    assert (heating.value, heating.by, heating.role) == ("yes", WARD.user_id, "discharge-team")
    assert (heating.evidence, heating.told_by, heating.through) == ("told", "daughter", "phone")


def test_given_two_who_answer_otherwise_on_one_day_then_both_stand_and_the_item_blocks() -> None:
    story = checked().ask(phoned("no"), on=2, actor=WARD)
    story.ask(phoned("yes", told_by="landlord"), on=2, actor=OTHER)
    assert "answer-disputed" in story.kinds
    assert story.case.check is not None
    assert [each.told_by for each in story.case.check.statements["heating"]] == ["daughter", "landlord"]
    assert story.case.gate["heating"].value == "no"
    (blocker,) = blocking(story.case)
    assert blocker.code == "heating"
    assert "no, people say different things" in blocker.words


def test_given_a_dispute_when_a_person_settles_it_then_what_they_chose_counts_with_who_and_why() -> None:
    story = checked().ask(phoned("no"), on=2, actor=WARD)
    story.ask(phoned("yes", told_by="landlord"), on=2, actor=OTHER)
    story.ask(SettleAnswer(item="heating", value="yes", reason="looked-again"), on=3)
    settled = story.last[0]
    assert isinstance(settled, AnswerSettled)
    assert (settled.answer.told_by, settled.reason) == ("landlord", "looked-again")
    assert (settled.settled_by, settled.settled_on) == (COORDINATOR.user_id, day(3))
    assert story.case.check is not None
    assert not story.case.check.statements
    assert blocking(story.case) == []


@pytest.mark.parametrize(
    ("command", "where"),
    [
        (SettleAnswer(item="heating", value="unknown", reason="looked-again"), "value"),
        (SettleAnswer(item="heating", value="yes", reason="because"), "reason"),
        (SettleAnswer(item="water", value="yes", reason="looked-again"), "item"),
    ],
)
def test_given_what_nobody_said_or_no_reason_when_somebody_settles_it_then_it_is_refused(
    command: SettleAnswer, where: str
) -> None:
    story = checked().ask(phoned("no"), on=2, actor=WARD)
    story.ask(phoned("yes", told_by="landlord"), on=2, actor=OTHER)
    with pytest.raises(Refused) as refused:
        story.decide(command, on=3)
    assert refused.value.where == where


def test_given_a_dispute_when_somebody_sees_it_on_a_later_day_then_it_is_over() -> None:
    story = checked().ask(phoned("no"), on=2, actor=WARD)
    story.ask(phoned("yes", told_by="landlord"), on=2, actor=OTHER)
    story.ask(ConfirmItem(item="heating", value="yes", evidence="seen"), on=3)
    assert story.case.check is not None
    assert not story.case.check.disputed
    assert story.case.gate["heating"].value == "yes"


def test_given_an_answer_older_than_what_is_known_then_it_is_kept_and_changes_nothing() -> None:
    seen = ConfirmItem(item="heating", value="yes", evidence="seen")
    story = checked(heating="no").ask(seen, on=4)
    before = story.case
    story.ask(phoned("no"), on=2, now=5, actor=WARD)
    assert isinstance(story.last[0], ItemAnswered)
    assert not story.last[0].stands
    assert story.case.gate == before.gate
    assert story.case.check == before.check


def test_given_somebody_at_home_when_their_daughter_rings_then_the_item_is_answered_and_blocks() -> None:
    story = checked()
    story.happens(
        PersonDischarged(discharge=Discharge(discharged_on=day(3), discharged_at=noon(3), told_by="feed"))
    )
    assert story.case.stage is Stage.DISCHARGED
    story.ask(phoned("no", owner_role="landlord", due_on=day(6)), on=4, actor=WARD)
    assert story.case.gate["heating"].value == "no"
    assert story.case.check is not None
    answer = story.case.check.given["heating"]
    assert (answer.owner_role, answer.due_on) == ("landlord", day(6))


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"told_by": "cat"}, "told_by"),
        ({"through": "pigeon"}, "through"),
        ({"owner_role": "nobody"}, "owner_role"),
        ({"due_on": day(1)}, "due_on"),
    ],
)
def test_given_what_is_in_no_list_when_an_item_is_answered_then_it_is_refused_where_it_is_wrong(
    wrong: dict[str, object], where: str
) -> None:
    with pytest.raises(Refused) as refused:
        checked().decide(phoned("no").model_copy(update=wrong), on=2)
    assert refused.value.where == where


def test_given_the_same_call_told_twice_then_it_is_recorded_once() -> None:
    story = checked().ask(phoned("no"), on=2, actor=WARD)
    assert story.decide(phoned("no"), on=2, actor=WARD) == []
    assert len(story.decide(phoned("no", told_by="son"), on=2, actor=WARD)) == 1


def test_given_a_disputed_item_when_work_or_time_changes_it_then_only_work_ends_the_dispute() -> None:
    story = Story().ask(check(), on=1)
    story.ask(phoned("no"), on=2, actor=WARD).ask(phoned("yes", told_by="landlord"), on=2, actor=OTHER)
    set_again = GateItemSet(item="heating", value="unknown", as_of=day(4))
    run_out = fold(story.case, [set_again.model_copy(update={"expired": True})])
    assert run_out.check is not None
    assert run_out.check.disputed == {"heating"}
    done = fold(story.case, [set_again.model_copy(update={"value": "yes"})])
    assert done.check is not None
    assert not done.check.disputed
