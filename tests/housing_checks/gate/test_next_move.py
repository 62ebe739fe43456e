"""The next thing to do names the owner whom the list of what stands between names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from discharge.cases.commands import AssignBlocker, ConfirmItem
from discharge.cases.events import NeededBySet
from discharge.disclosure import UNTOLD, Telling
from discharge.next_actions import NextAction, next_action
from discharge.pathway_words import Names
from discharge.sight import EVERYTHING
from housing_checks.gate.blockers import blocking, item_words
from housing_checks.gate.next_move import first_at_gate, next_told
from tests.housing_checks.homes import Story, checked, day, start


def told(story: Story, **sight: object) -> NextAction | None:
    return next_told(Telling(story.case, replace(EVERYTHING, **sight)), day(2))


def test_given_an_item_in_the_way_then_its_owner_day_and_next_step_are_told() -> None:
    story = checked(arrival="no", heating="no").happens(NeededBySet(needed_by=day(9)))
    first = blocking(story.case)[0]
    story.ask(AssignBlocker(item=first.code, role="landlord", due_on=day(6)), on=2)
    found = told(story)
    assert found is not None
    assert (found.role, found.due_on) == ("landlord", day(6))
    assert found.words == f"{item_words(story.case, first.code)}: {first.next_action}"
    assert found.at_gate


def test_given_work_that_is_late_today_then_that_comes_first_in_the_words_of_its_list() -> None:
    story = checked(toilet="no").ask(start("equipment", "commode", due_on=day(2)), on=2)
    names = Names(items={"commode": "Commode chair"})

    def first(today: int) -> NextAction | None:
        return next_told(Telling(story.case, EVERYTHING), day(today), names)

    late, in_time = first(3), first(2)
    assert late is not None
    assert in_time is not None
    assert (late.words, late.at_gate) == ("Ask for a new day: the commode chair is late", False)
    assert in_time.at_gate


def test_given_work_alone_in_the_way_then_the_next_action_is_that_of_the_work() -> None:
    story = checked().ask(start("adaptation", "grab-rail"), on=1)
    assert {each.kind for each in blocking(story.case)} == {"strand"}
    assert first_at_gate(story.case) is None
    assert told(story) == next_action(story.case, day(2))


def test_given_no_item_in_the_way_then_the_next_action_is_told_as_it_is() -> None:
    story = Story()
    assert told(story) == next_action(story.case, day(2))
    assert next_told(UNTOLD, day(2)) is None


def test_given_a_reader_who_is_not_told_what_blocks_then_no_owner_is_told_either() -> None:
    story = checked(arrival="no")
    story.ask(AssignBlocker(item="arrival", role="landlord", due_on=day(6)), on=2)
    unseen = told(story, case=EVERYTHING.case - {"assigned"})
    assert unseen is not None
    assert (unseen.role, unseen.due_on) == ("coordinator", None)


@pytest.mark.parametrize(
    ("given_on", "assigned_on", "owner", "due"),
    [
        pytest.param(2, None, "family-carer", day(6), id="the-answer-alone"),
        pytest.param(2, 3, "landlord", day(8), id="given-to-somebody-since"),
        pytest.param(3, 2, "family-carer", day(6), id="answered-since"),
        pytest.param(2, 2, "landlord", day(8), id="both-of-one-day"),
    ],
)
def test_given_an_owner_and_a_day_with_an_answer_then_they_are_those_of_the_blocker(
    given_on: int, assigned_on: int | None, owner: str, due: date
) -> None:
    story = checked(keys="no")
    answered = ConfirmItem(item="keys", value="no", owner_role="family-carer", due_on=day(6))
    assigned = AssignBlocker(item="keys", role="landlord", due_on=day(8))
    asked = [(given_on, answered), *([(assigned_on, assigned)] if assigned_on is not None else [])]
    for on, command in sorted(asked, key=lambda pair: (pair[0], pair[1] is assigned)):
        story.ask(command, on=on)
    [blocker] = [each for each in blocking(story.case) if each.code == "keys"]
    assert (blocker.owner_role, blocker.due_on) == (owner, due)
