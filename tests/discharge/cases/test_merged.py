"""A case that ended because its person was merged, and goes on when the merge was wrong."""

from __future__ import annotations

from uuid import uuid4

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Case, Stage, Strand
from discharge.risk.alerts import judge
from tests.discharge.cases.stories import after, ask, day, noon, refer


def test_given_a_merge_that_was_undone_then_the_case_goes_on_at_the_stage_that_fits() -> None:
    case = after((0, refer()), (1, cmd.AcceptReferral()), (2, cmd.NoteMerge(into_case_id=uuid4())))
    assert (case.outcome, case.closed) == ("merged", True)

    case = ask(case, cmd.NoteUnmerge(), 4)

    assert (case.stage, case.outcome, case.closed_on, case.merged_into) == (Stage.ACCEPTED, None, None, None)


def test_given_a_case_that_did_not_end_by_a_merge_then_undoing_one_changes_nothing() -> None:
    still_open = after((0, refer()))
    died = after((0, refer()), (2, cmd.RecordDeath()))

    for case in (still_open, died):
        assert ask(case, cmd.NoteUnmerge(), 4) == case


def test_given_a_merge_undone_twice_then_the_second_changes_nothing() -> None:
    case = after((0, refer()), (2, cmd.NoteMerge(into_case_id=uuid4())), (3, cmd.NoteUnmerge()))

    assert ask(case, cmd.NoteUnmerge(), 4) == case


def with_order(case: Case, number: int, started: int) -> Case:
    """The case with a stairlift ordered."""
    strand = Strand(
        kind="adaptation",
        number=number,
        item="stairlift",
        started_on=day(started),
        owner_role="coordinator",
        due_on=day(20),
    )
    return fold(case, [ev.StrandStarted(strand=strand)])


def warned(case: Case, on: int) -> tuple[Case, list[tuple[str, str]]]:
    """The case with its alerts as they are that day, and what is said of work that a merge stopped."""
    case = fold(case, judge(case, noon(on)))
    standing = [alert for alert in case.open_alerts if alert.rule == "stopped-by-merge"]
    return case, [(alert.subject, alert.fact) for alert in standing]


def test_given_orders_that_a_merge_stopped_when_undone_then_their_owner_is_told_until_they_begin_anew() -> (
    None
):
    case = with_order(after((0, refer()), (1, cmd.AcceptReferral())), 1, 1)
    case = after((2, cmd.NoteMerge(into_case_id=uuid4())), case=case)
    assert warned(case, 3)[1] == []

    case, told = warned(ask(case, cmd.NoteUnmerge(), 4), 4)
    [(order, fact)] = told
    assert order == "adaptation/1"
    assert fact.startswith("Stairlift was cancelled on Wed 4 Mar 2026, because two records were merged")

    assert warned(with_order(case, 2, 5), 5)[1] == []


def test_given_an_order_cancelled_by_hand_before_the_merge_then_nobody_is_told() -> None:
    case = with_order(after((0, refer())), 1, 0)
    case = fold(
        case, [ev.StrandCancelled(strand="adaptation/1", cancelled_on=day(1), reason="no-longer-needed")]
    )
    case = after((2, cmd.NoteMerge(into_case_id=uuid4())), (3, cmd.NoteUnmerge()), case=case)

    assert warned(case, 3)[1] == []


def test_given_a_merge_that_was_undone_then_every_night_between_has_its_reason() -> None:
    """The reason that ran goes on, the one that it had replaced does not."""
    waits = [
        cmd.RecordDelayReason(reason_kind="national", code=code, owner_role="council")
        for code in ("CA10", "CA11")
    ]
    case = after((0, refer()), (1, waits[0]), (2, waits[1]), (2, cmd.NoteMerge(into_case_id=uuid4())))
    assert {reason.to_on for reason in case.delay_reasons} == {day(2)}

    case = ask(case, cmd.NoteUnmerge(), 6)

    assert [(r.code, r.from_on) for r in case.delay_reasons if r.to_on is None] == [("CA11", day(2))]
