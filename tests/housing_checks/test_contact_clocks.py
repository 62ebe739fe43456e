"""A contact whose clock stands still, runs again, or is left as it is: no other contact moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from discharge.cases import commands as cmd
from discharge.cases.actions import missed_contacts
from discharge.cases.commands.after import ReportProblem
from discharge.cases.events import ActionOpened
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import moved, not_running
from discharge.cases.model import Case
from discharge.reference.policy import policy_on, put_in_force
from housing_checks.pathway import advance
from tests.discharge.cases.stories import day, envelope, noon
from tests.fixtures.site_rows import site_change
from tests.housing_checks.test_pathway import ALL_YES, checked, walk

PAUSED = {"begins_on": ["action-opened"], "ends_on": ["action-answered"]}
FOUND = (6, ReportProblem(problems=("hazard",)))
MENDED = (9, cmd.AnswerAction(action="hazard/1", answer="put-right"))


@pytest.fixture(autouse=True)
def a_row_that_pauses() -> Iterator[None]:
    """The contact at 7 days stands still while something that was found is open."""
    row = {"pauses": PAUSED, "frozen_by": ["sharing-basis-recorded"]}
    put_in_force([site_change("clocks", day(0), **{"7-days": row})])
    yield
    put_in_force(())


def at_home() -> Case:
    return walk((5, cmd.ConfirmDischarge(destination="19")), case=checked(ALL_YES))


def missed(case: Case, on: int) -> set[str]:
    happened = missed_contacts(case, noon(on), policy_on(day(on)))
    return {event.action.subject for event in happened if isinstance(event, ActionOpened)}


def test_given_a_clock_that_stands_still_for_three_days_then_its_contact_alone_is_due_three_days_later() -> (
    None
):
    home = at_home()
    due = {key: each.due_at for key, each in home.follow_ups.items()}
    still, again = walk(FOUND, case=home), walk(FOUND, MENDED, case=home)
    assert still.follow_ups["7-days"].paused_at == noon(6)
    assert not_running(still.follow_ups["7-days"]) == "Paused since Sun 8 Mar 2026 at 12:00"
    assert {key: each.due_at for key, each in still.follow_ups.items()} == due
    assert {key: each.due_at for key, each in again.follow_ups.items()} == {
        **due,
        "7-days": due["7-days"] + timedelta(days=3),
    }
    assert not_running(again.follow_ups["7-days"]) is None


def test_given_a_clock_that_stands_still_then_its_contact_is_not_missed_until_it_runs_again() -> None:
    home = at_home()
    still, again = walk(FOUND, case=home), walk(FOUND, MENDED, case=home)
    assert "7-days" in missed(home, 13)
    assert "7-days" not in missed(still, 13)
    assert "7-days" not in missed(again, 13)
    assert "7-days" in missed(again, 16)


def test_given_a_clock_that_is_frozen_then_nothing_moves_its_contact_and_it_is_never_missed() -> None:
    frozen = walk((6, cmd.RecordSharingBasis(basis="best-interests")), case=at_home())
    assert frozen.follow_ups["7-days"].frozen_at == noon(6)
    later = walk((7, FOUND[1]), (8, MENDED[1]), case=frozen)
    assert later.follow_ups["7-days"] == frozen.follow_ups["7-days"]
    assert "7-days" not in missed(later, 40)
    assert "14-days" in missed(later, 40)


def test_given_a_contact_that_is_late_already_then_what_happens_afterwards_does_not_move_it() -> None:
    found = advance(at_home(), envelope(FOUND[1], 20), noon(20))
    assert found.answer.outcome == "accepted"
    assert found.case.follow_ups["7-days"].paused_at is None


def test_given_what_happened_twice_then_it_is_said_once() -> None:
    home, policy = at_home(), policy_on(day(6))
    opened = next(
        each for each in advance(home, envelope(FOUND[1], 6), noon(6)).events if each.kind == "action-opened"
    )
    told = moved(home, [opened, opened], noon(6), policy)
    assert [each.follow_up.key for each in told] == ["7-days"]
    assert moved(fold(home, told), [opened], noon(7), policy) == []
