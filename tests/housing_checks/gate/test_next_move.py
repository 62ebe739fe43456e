"""The next thing to do names the owner whom the list of what stands between names."""

from __future__ import annotations

from dataclasses import replace

from discharge.cases.commands import AssignBlocker
from discharge.cases.events import NeededBySet
from discharge.disclosure import UNTOLD, Telling
from discharge.next_actions import NextAction, next_action
from discharge.sight import EVERYTHING
from housing_checks.gate.blockers import blocking
from housing_checks.gate.next_move import next_told
from tests.housing_checks.homes import Story, checked, day


def told(story: Story, **sight: object) -> NextAction | None:
    return next_told(Telling(story.case, replace(EVERYTHING, **sight)), day(2))


def test_given_an_item_in_the_way_then_its_owner_day_and_next_step_are_told() -> None:
    story = checked(arrival="no", heating="no").happens(NeededBySet(needed_by=day(9)))
    first = blocking(story.case)[0]
    story.ask(AssignBlocker(item=first.code, role="landlord", due_on=day(6)), on=2)
    found = told(story)
    assert found is not None
    assert (found.role, found.due_on) == ("landlord", day(6))
    assert found.words.endswith(f": {first.next_action}")


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
