"""A referral from the community: nobody leaves a hospital, and the case ends well where it stands."""

from __future__ import annotations

from uuid import uuid4

from discharge.cases import commands as cmd
from discharge.cases.model import Case, Stage
from discharge.outcomes.case_outcome import suggested_outcome
from discharge.pathway_words import heading, why_still_here
from housing_checks.pathway import advance
from tests.discharge.cases.stories import day, envelope, noon, refer, spell
from tests.housing_checks.homes import FORM_1
from tests.housing_checks.test_pathway import ALL_YES, walk
from tests.housing_checks.test_unready import refusal, rules

AT_HOME = refer(spell=None, setting="community")


def living_at_home(answers: dict[str, str]) -> Case:
    """Somebody who lives at home, whose home was checked on day 1."""
    return walk(
        (0, AT_HOME),
        (0, cmd.AcceptReferral()),
        (1, cmd.CompleteCheck(form=FORM_1.code, answers=answers)),
    )


def test_given_a_referral_from_the_community_then_no_stay_is_awaited_and_no_discharge_can_be_asked() -> None:
    case = walk((0, AT_HOME), (0, cmd.AcceptReferral()))
    assert case.in_community
    assert case.referral is not None
    assert not case.referral.awaiting_spell
    for asked in (cmd.ConfirmDischarge(destination="19"), cmd.SetCriteriaToReside(met=False)):
        assert refusal(case, asked, 1)[0] == "stage-not-allowed"
    assert "check-not-started" not in rules(walk((4, cmd.StrikeClock()), case=case))
    assert rules(walk((5, cmd.StrikeClock()), case=case))["check-not-started"] == "RED"


def test_given_a_home_made_ready_when_the_case_is_closed_then_it_ends_as_an_admission_avoided() -> None:
    case = living_at_home(ALL_YES)
    assert case.stage is Stage.READY
    assert (
        why_still_here(case, day(9))
        == "Living at home, no hospital stay: the home is ready, the case can end."
    )
    assert heading(case) == "What does this person need to stay at home?"
    assert suggested_outcome(case) == "stays-at-home"
    closed = walk((9, cmd.CloseCase(outcome="stays-at-home")), case=case)
    assert (closed.stage, closed.outcome, closed.closed_on) == (Stage.CLOSED, "stays-at-home", day(9))
    assert not rules(walk((9, cmd.StrikeClock()), case=case))


def test_given_no_heating_when_somebody_lives_there_then_it_alerts_and_the_case_cannot_end_well() -> None:
    case = living_at_home(ALL_YES | {"heating": "no"})
    assert rules(case) == {"no-heating-water-power": "STOP"}
    assert refusal(case, cmd.CloseCase(outcome="stays-at-home"), 2) == ("answer-needed", "heating")
    walk((2, cmd.CloseCase(outcome="care-home")), case=case)


def test_given_somebody_at_home_when_they_are_admitted_after_all_then_the_case_goes_on_in_hospital() -> None:
    admitted = cmd.NoteHospitalFacts(spell=spell(spell_id=uuid4(), admitted_on=day(3)))
    case = walk((3, admitted), case=living_at_home(ALL_YES))
    assert not case.in_community
    assert refusal(case, cmd.CloseCase(outcome="stays-at-home"), 4)[0] == "stage-not-allowed"
    walk((5, cmd.ConfirmDischarge(destination="19")), case=case)


def test_given_a_referral_of_an_older_version_then_it_is_one_from_hospital() -> None:
    older = walk((0, refer())).model_dump(mode="json")
    del older["referral"]["setting"]
    assert not Case.model_validate(older).in_community
    answer = advance(Case.model_validate(older), envelope(cmd.AcceptReferral(), 1), noon(1)).answer
    assert answer.outcome == "accepted"
