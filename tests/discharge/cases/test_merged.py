"""A case that ended because its person was merged, and goes on when the merge was wrong."""

from __future__ import annotations

from uuid import uuid4

from discharge.cases import commands as cmd
from discharge.cases.model import Stage
from tests.discharge.cases.stories import after, ask, refer


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
