"""Rules in shadow over cases: what each would say beside the rules in force, and whether it was right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from discharge.cases.model import Case, Discharge, Referral, Stage
from discharge.clocks import london_date
from discharge.reference.policy import policy_on
from discharge.risk.trial import Tally, outcome_of, rules_in_shadow, trial
from housing_checks.facts import contribute_facts

contribute_facts()

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = london_date(NOW)
NIGHT = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


def at_home(left_at: datetime, *, unready: bool = False) -> Case:
    left = Discharge(
        spell_id=uuid4(), discharged_on=london_date(left_at), discharged_at=left_at, told_by="feed"
    )
    case = Case(
        case_id=uuid4(),
        version=1,
        person_id=uuid4(),
        stage=Stage.DISCHARGED,
        referral=Referral(referred_on=DAY - timedelta(days=9), organisation_id=UUID(int=1)),
        discharge=left,
    )
    return case.model_copy(update={"unready_home": object()}) if unready else case


def test_given_arrivals_by_night_then_the_rule_in_shadow_names_them_and_how_they_went() -> None:
    well, wrong = at_home(NIGHT), at_home(NIGHT)
    found = trial([well, wrong, at_home(NOON)], NOW, {}, {}, policy_on(DAY), policy_on(DAY, shadow=True))
    assert found.judged == 3
    night = next(each for each in found.rules if each.rule == "night-arrival")
    assert {each.case_id for each in night.cases} == {well.case_id, wrong.case_id}
    assert night.tally == Tally(spoke=2, right=0, needless=2, missed=0)
    assert "night-arrival" not in {code for each in night.cases for code in each.in_force}
    assert [each.rule for each in found.rules] == [
        each.id for each in rules_in_shadow(policy_on(DAY, shadow=True))
    ]


def test_given_a_case_then_how_it_went_is_known_once_the_person_has_left() -> None:
    assert outcome_of(Case(case_id=uuid4())) == "not-known"
    assert outcome_of(at_home(NOON)) == "went-well"
    assert outcome_of(at_home(NOON, unready=True)) == "went-wrong"
