"""A death that the trust takes back: the case that it closed goes on, as if nothing had ended."""

from __future__ import annotations

from uuid import uuid4

import pytest

from discharge.cases import commands as cmd
from discharge.cases.commands import Command
from discharge.cases.model import Stage
from tests.discharge.cases.stories import after, ask, refer


def test_given_a_death_taken_back_then_the_case_goes_on_at_the_stage_that_fits_and_the_waiting_with_it() -> (
    None
):
    fit = cmd.SetCriteriaToReside(met=False)
    before = after((0, refer()), (1, cmd.AcceptReferral()), (2, fit))
    died = ask(before, cmd.RecordDeath(), 4)
    assert (died.outcome, died.open_ready_period) == ("died", None)

    case = ask(died, cmd.WithdrawDeath(), 6)

    assert (case.stage, case.outcome, case.closed_on) == (Stage.ACCEPTED, None, None)
    assert case.open_ready_period == before.open_ready_period


@pytest.mark.parametrize("last", [cmd.NoteMerge(into_case_id=uuid4()), cmd.EnterInError()])
def test_given_a_case_that_ended_otherwise_then_a_death_taken_back_opens_nothing(last: Command) -> None:
    case = after((0, refer()), (2, last))

    assert ask(case, cmd.WithdrawDeath(), 4) == case


def test_given_an_open_case_then_a_death_taken_back_changes_nothing() -> None:
    case = after((0, refer()))

    assert ask(case, cmd.WithdrawDeath(), 4) == case
