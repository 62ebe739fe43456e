"""A death taken back reopens the case that it closed, by each of three doors: feed, person, referral."""

from __future__ import annotations

from datetime import timedelta

import pytest

from discharge.cases import commands as cmd
from discharge.cases.commands import Command
from discharge.cases.model import Case, Stage
from discharge.errors import Refused
from housing_checks.pathway import advance
from tests.discharge.cases.stories import SERVICE, after, ask, day, envelope, noon, refer, told
from tests.housing_checks.test_pathway import ALL_YES, checked, walk

ORDER = cmd.StartStrand(strand_kind="adaptation", item="grab-rail")
WAITS = cmd.SetCriteriaToReside(met=False)
REASON = cmd.RecordDelayReason(reason_kind="national", code="CA10", owner_role="council")
DIED = told(
    status="discharged", discharged_on=day(5), discharge_method="4", discharge_destination="79", died=True
)


def died(last: Command) -> Case:
    """Somebody who waits for a grab rail dies on day 5."""
    case = walk((2, ORDER), (2, WAITS), (2, REASON), case=checked(ALL_YES | {"steps-stairs": "no"}))
    return walk((5, last), case=case)


DOORS: list[tuple[Command, Command]] = [
    (DIED, told(status="admitted")),
    (cmd.RecordDeath(), cmd.WithdrawDeath()),
    (DIED, cmd.ReopenCase(reason="death-withdrawn")),
    (cmd.RecordDeath(), cmd.ReopenCase(reason="new-information")),
    (DIED, refer()),
    (cmd.RecordDeath(), refer()),
]


@pytest.mark.parametrize(
    ("last", "back"), DOORS, ids=["A13", "PID-30", "person", "person 2", "referral", "referral 2"]
)
def test_given_a_death_that_closed_a_case_when_it_is_taken_back_then_the_case_goes_on_and_its_owner_hears(
    last: Command, back: Command
) -> None:
    closed = died(last)
    assert (closed.outcome, closed.open_strands) == ("died", ())
    case = walk((6, back), case=closed)

    assert (case.stage, case.outcome, case.closed_on) == (Stage.MAKING_READY, None, None)
    assert case.open_ready_period is not None
    assert case.open_ready_period.ready_on == day(2)
    assert [each.code for each in case.delay_reasons if each.to_on is None] == ["CA10"]
    (action,) = case.open_actions
    assert (action.key, action.due_at) == ("death-taken-back/1", noon(6) + timedelta(hours=1))
    alerts = {alert.rule: alert.fact for alert in case.open_alerts}
    assert "death-taken-back" in alerts
    said = "Grab rail was cancelled on Sat 7 Mar 2026, because the person was reported to have died"
    assert alerts["stopped-by-merge"].startswith(said)
    again = walk((7, ORDER), case=case)
    assert "stopped-by-merge" not in {alert.rule for alert in again.open_alerts}


def test_given_a_death_at_discharge_when_the_trust_says_they_left_alive_then_they_have_left() -> None:
    alive = told(status="discharged", discharged_on=day(5), discharge_method="1", discharge_destination="29")
    case = walk((6, alive), case=died(DIED))
    assert case.stage is Stage.DISCHARGED
    assert case.discharge is not None
    assert case.discharge.destination == "29"


def test_given_a_cold_home_when_a_death_is_taken_back_then_the_home_is_cold_still() -> None:
    home = cmd.ConfirmDischarge(destination="19")
    call = cmd.RecordContact(follow_up="24-hours", outcome="needs-help", problems=("no-heating",))
    case = walk((5, home), (6, call), (7, cmd.RecordDeath()), case=checked(ALL_YES))
    assert not case.open_actions
    case = walk((8, cmd.WithdrawDeath()), case=case)
    assert case.stage is Stage.DISCHARGED
    assert {each.cause for each in case.open_actions} >= {"no-heating", "death-taken-back"}
    assert case.follow_ups["72-hours"].outcome is None


@pytest.mark.parametrize(
    ("last", "back"),
    [(cmd.RecordDeath(), cmd.WithdrawDeath()), (cmd.NoteMerge(into_case_id=SERVICE), cmd.NoteUnmerge())],
)
def test_given_somebody_at_home_when_the_end_is_taken_back_then_no_reason_for_waiting_runs_on(
    last: Command, back: Command
) -> None:
    left = cmd.ConfirmDischarge(destination="19")
    case = walk((2, WAITS), (2, REASON), (5, left), (5, last), (6, back), case=checked(ALL_YES))
    assert case.stage is Stage.DISCHARGED
    assert all(each.to_on is not None for each in case.delay_reasons)


def test_given_news_of_a_stay_that_ended_in_death_when_it_still_says_so_then_the_case_stays_closed() -> None:
    case = died(DIED)
    moved = told(**(DIED.spell.model_dump() | {"ward": "Elm"}))
    answer = advance(case, envelope(moved, 6), noon(6)).answer
    assert answer.events == ("spell-changed",)


def test_given_a_merged_case_when_somebody_asks_to_open_it_again_then_it_is_refused() -> None:
    other = cmd.NoteMerge(into_case_id=SERVICE)
    case = after((0, refer()), (1, other))
    with pytest.raises(Refused) as refused:
        ask(case, cmd.ReopenCase(reason="new-information"), 2)
    assert refused.value.code == "stage-not-allowed"


def test_given_a_closed_case_of_this_stay_when_the_person_is_referred_then_it_is_offered_to_open() -> None:
    home = cmd.ConfirmDischarge(destination="19")
    case = walk((5, home), (5, cmd.CloseCase(outcome="home-as-it-is")), case=checked(ALL_YES))
    answer = advance(case, envelope(refer(), 6), noon(6)).answer
    assert (answer.code, answer.detail) == ("case-closed", str(case.case_id))
    assert walk((6, cmd.ReopenCase(reason="referred-again")), case=case).stage is Stage.DISCHARGED


def test_given_a_referral_when_staff_correct_it_then_only_what_they_say_changes() -> None:
    case = after((0, refer(reasons=("adaptation",), needs=("hoist",), tenure="owner", lives_alone="yes")))
    case = ask(case, cmd.AmendReferral(needs=("level-shower",), tenure="social"), 1)
    assert case.referral is not None
    said = case.referral
    assert (said.reasons, said.needs, said.tenure, said.lives_alone) == (
        ("adaptation",),
        ("level-shower",),
        "social",
        "yes",
    )
    with pytest.raises(Exception, match="code-not-in-value-set"):
        ask(case, cmd.AmendReferral(tenure="castle"), 1)


def test_given_a_closed_case_when_a_note_is_written_then_it_is_kept_and_an_empty_one_refused() -> None:
    case = walk((0, refer()), (1, cmd.RecordDeath()))
    assert advance(case, envelope(cmd.AddNote(), 2), noon(2)).answer.code == "note-needed"
    asked = envelope(cmd.AddNote(), 2)
    made = advance(case, asked.model_copy(update={"note_id": asked.command_id}), noon(2))
    assert made.answer.events == ("note-written",)
