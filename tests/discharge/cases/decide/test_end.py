"""How a case ends and begins again: exactly what each command gives."""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Action, Case, GateItem, Stage, Strand, UnreadyHome
from tests.discharge.cases.stories import CASE as CASE_ID
from tests.discharge.cases.stories import after, day, decided, leaves, noon, refer, refused

OLDER = UUID(int=50)
REASON = cmd.RecordDelayReason(reason_kind="national", code="CA10", owner_role="council")
OPEN = after((0, refer(ready_on=day(0))), (0, REASON))
HOME = after((0, refer()), (0, cmd.AcceptReferral()), (2, leaves()))
STRAND = Strand(kind="equipment", number=1, item="bed", started_on=day(1), owner_role="coordinator")
AT_WORK = fold(OPEN, [ev.StrandStarted(strand=STRAND)])


def ended(case: Case, on: int) -> ev.DelayReasonEnded:
    return ev.DelayReasonEnded(reason_id=case.delay_reasons[0].reason_id, to_on=day(on))


def stopped(on: int, because: str) -> ev.StrandCancelled:
    return ev.StrandCancelled(strand="equipment/1", cancelled_on=day(on), reason=because)


def closed(case: Case, outcome: str, on: int = 3) -> Case:
    return fold(case, [ev.CaseClosed(closed_on=day(on), outcome=outcome)])


def test_given_a_merge_then_the_work_stops_and_the_case_names_the_one_that_goes_on() -> None:
    assert decided(AT_WORK, cmd.NoteMerge(into_case_id=OLDER), 2) == [
        ended(OPEN, 2),
        stopped(2, "case-merged"),
        ev.CaseClosed(closed_on=day(2), outcome="merged", merged_into=OLDER),
    ]


def test_given_a_closed_case_or_the_one_that_goes_on_when_people_are_merged_then_nothing_happens() -> None:
    assert decided(closed(OPEN, "withdrawn"), cmd.NoteMerge(into_case_id=OLDER), 4) == []
    assert decided(OPEN, cmd.NoteMerge(into_case_id=CASE_ID), 4) == []


def test_given_a_merge_that_is_undone_then_the_case_goes_on_and_its_reasons_run_on() -> None:
    merged = after((2, cmd.NoteMerge(into_case_id=OLDER)), case=OPEN)
    reason = merged.delay_reasons[0]
    assert decided(merged, cmd.NoteUnmerge(), 4) == [
        ev.CaseReopened(reopened_on=day(4), stage=Stage.REFERRED, reason="merge-undone"),
        ev.DelayReasonRecorded(
            reason=reason.model_copy(
                update={
                    "reason_id": uuid5(reason.reason_id, f"again from {day(2)}"),
                    "from_on": day(2),
                    "to_on": None,
                }
            )
        ),
    ]


def test_given_somebody_at_home_when_a_merge_is_undone_then_no_reason_for_waiting_runs_on() -> None:
    case = after((2, leaves()), case=OPEN)
    merged = after((2, cmd.NoteMerge(into_case_id=OLDER)), case=case)
    assert decided(merged, cmd.NoteUnmerge(), 4) == [
        ev.CaseReopened(reopened_on=day(4), stage=Stage.DISCHARGED, reason="merge-undone")
    ]


def test_given_a_case_that_should_never_have_been_then_it_ends_so_from_wherever_it_stands() -> None:
    close = ev.CaseClosed(closed_on=day(2), outcome="entered-in-error")
    assert decided(AT_WORK, cmd.EnterInError(), 2) == [ended(OPEN, 2), stopped(2, "case-ended"), close]
    assert decided(closed(AT_WORK, "withdrawn"), cmd.EnterInError(), 2) == [close]
    assert decided(closed(OPEN, "entered-in-error"), cmd.EnterInError(), 4) == []


def test_given_somebody_at_home_when_nothing_is_owed_then_the_case_closes_with_its_outcome() -> None:
    close = ev.CaseClosed(closed_on=day(3), outcome="home-as-it-is")
    assert decided(HOME, cmd.CloseCase(outcome="home-as-it-is"), 3, 4) == [close]
    same_day = decided(HOME, cmd.CloseCase(outcome="home-as-it-is"), 2)
    assert same_day == [close.model_copy(update={"closed_on": day(2)})]


def test_given_what_still_runs_when_a_case_closes_then_it_ends_that_day() -> None:
    at_home = after((0, refer(spell=None, setting="community", ready_on=day(0))), (0, REASON))
    at_home = at_home.model_copy(update={"gate": {"heating": GateItem(code="heating", value="yes")}})
    assert decided(at_home, cmd.CloseCase(outcome="stays-at-home"), 3) == [
        ev.ReadyPeriodEnded(ended_on=day(3), ended_by="discharged"),
        ended(at_home, 3),
        ev.CaseClosed(closed_on=day(3), outcome="stays-at-home"),
    ]


@pytest.mark.parametrize(
    ("asked", "on", "answer"),
    [
        ("fine", 3, ("code-not-in-value-set", "case-outcomes", "outcome")),
        ("rehoused", 1, ("dates-out-of-order", "", "effective_on")),
        ("rehoused", 6, ("date-in-future", "", "effective_on")),
    ],
)
def test_given_an_outcome_or_a_day_that_cannot_be_then_closing_is_refused(
    asked: str, on: int, answer: tuple[str, str, str]
) -> None:
    assert refused(HOME, cmd.CloseCase(outcome=asked), on, 5) == answer


def test_given_open_work_when_closing_then_it_is_named() -> None:
    case = fold(HOME, [ev.StrandStarted(strand=STRAND)])
    assert refused(case, cmd.CloseCase(outcome="rehoused"), 3) == (
        "gate-not-satisfied", "equipment/1", "strands",
    )  # fmt: skip


def owed(cause: str, due: int) -> ev.ActionOpened:
    action = Action(cause=cause, number=1, owner_role="coordinator", opened_at=noon(2), due_at=noon(due))
    return ev.ActionOpened(action=action)


def test_given_something_owed_when_closing_then_what_is_due_first_is_named() -> None:
    case = fold(HOME, [owed("fell", 5), owed("no-heating", 4)])
    assert refused(case, cmd.CloseCase(outcome="rehoused"), 3) == (
        "answer-needed", "no-heating/1", "actions",
    )  # fmt: skip


SHUT = {
    "bed": GateItem(code="bed", value="no"),
    "toilet": GateItem(code="toilet", value="yes"),
    "food": GateItem(code="food", value="unknown"),
}
UNREADY = HOME.model_copy(update={"gate": SHUT, "unready_home": UnreadyHome(since=day(2))})


def test_given_somebody_in_a_home_that_is_not_ready_when_closing_then_each_blocker_is_named() -> None:
    assert refused(UNREADY, cmd.CloseCase(outcome="home-as-it-is"), 3) == (
        "answer-needed", "bed, food", "unready_home",
    )  # fmt: skip
    settled = UNREADY.model_copy(update={"unready_home": None})
    assert len(decided(settled, cmd.CloseCase(outcome="home-as-it-is"), 3)) == 1
    answered = UNREADY.model_copy(update={"gate": {"toilet": SHUT["toilet"]}})
    assert len(decided(answered, cmd.CloseCase(outcome="home-as-it-is"), 3)) == 1


@pytest.mark.parametrize("outcome", ["rehoused", "step-down", "care-home", "readmitted", "lost-contact"])
def test_given_somebody_who_is_not_in_that_home_then_the_case_closes_all_the_same(outcome: str) -> None:
    assert decided(UNREADY, cmd.CloseCase(outcome=outcome), 3) == [
        ev.CaseClosed(closed_on=day(3), outcome=outcome)
    ]


def test_given_somebody_who_was_at_home_all_along_when_it_was_never_checked_then_closing_asks() -> None:
    case = after((0, refer(spell=None, setting="community")))
    assert refused(case, cmd.CloseCase(outcome="stays-at-home"), 3) == (
        "answer-needed", "check", "unready_home",
    )  # fmt: skip


def test_given_a_closed_case_when_reopened_then_it_stands_where_it_fits_for_that_reason() -> None:
    asked = cmd.ReopenCase(reason="closed-too-early")
    for case, stage in ((HOME, Stage.DISCHARGED), (OPEN, Stage.REFERRED)):
        assert decided(closed(case, "withdrawn"), asked, 4, 5) == [
            ev.CaseReopened(reopened_on=day(4), stage=stage, reason="closed-too-early")
        ]


def test_given_a_death_when_the_case_is_reopened_then_the_person_lives_for_that_reason() -> None:
    dead = closed(HOME, "died")
    first, owed = decided(dead, cmd.ReopenCase(reason="new-information"), 4, 5)
    assert first == ev.CaseReopened(reopened_on=day(4), stage=Stage.DISCHARGED, reason="new-information")
    assert (owed.action.cause, owed.action.opened_at) == ("death-taken-back", noon(5))


@pytest.mark.parametrize(
    ("outcome", "reason", "on", "answer"),
    [
        ("merged", "new-information", 4, ("stage-not-allowed", "merged", "case")),
        ("withdrawn", "why-not", 4, ("code-not-in-value-set", "reopen-reasons", "reason")),
        ("withdrawn", "new-information", 6, ("date-in-future", "", "effective_on")),
    ],
)
def test_given_a_case_that_cannot_be_reopened_so_then_it_is_refused(
    outcome: str, reason: str, on: int, answer: tuple[str, str, str]
) -> None:
    assert refused(closed(OPEN, outcome), cmd.ReopenCase(reason=reason), on, 5) == answer
