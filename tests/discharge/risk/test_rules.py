"""The rules at each threshold: one moment before, and at it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from discharge.clocks import london_midnight
from discharge.codes.casework import OWNER_ROLES
from discharge.risk.engine import Finding, evaluate
from discharge.risk.facts import Answer, Contact, Equipment, RiskFacts, Work
from discharge.risk.readers import READERS
from discharge.risk.rules import ACKNOWLEDGE_WITHIN_HOURS, RULES

MOMENT = timedelta(microseconds=1)
YES = Answer(value="yes")
FINE = RiskFacts(
    safe_address=YES,
    heating=YES,
    water=YES,
    power=YES,
    check_started_on=date(2026, 3, 2),
    check_completed_on=date(2026, 3, 3),
)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def march(day: int) -> date:
    return date(2026, 3, day)


def facts(**changes: object) -> RiskFacts:
    return RiskFacts.model_validate({**FINE.model_dump(), **changes})


def found(known: RiskFacts, rule: str, now: datetime = NOON) -> list[Finding]:
    return [finding for finding in evaluate(known, now) if finding.rule == rule]


def begins(known: RiskFacts, rule: str, at: datetime, level: str = "RED") -> None:
    """The rule speaks from `at` on, at its level, and not a moment earlier."""
    assert not [finding for finding in found(known, rule, at - MOMENT) if finding.level == level]
    assert [finding.level for finding in found(known, rule, at)] == [level]


def test_given_everything_confirmed_then_no_rule_speaks() -> None:
    assert evaluate(FINE, NOON) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_given_a_rule_then_it_names_its_source_owner_and_what_to_do(rule) -> None:  # noqa: ANN001
    assert rule.source
    assert rule.action.endswith(".")
    assert rule.fact.endswith(".")
    assert all(OWNER_ROLES.known(role) for role in rule.ladder)
    assert all(threshold.level in ACKNOWLEDGE_WITHIN_HOURS for threshold in rule.thresholds)


def test_given_the_rules_then_they_are_these_and_each_has_a_reader() -> None:
    assert [rule.number for rule in RULES] == [1, 2, 4, 10, 12, 14, 15, 26, 101, 102, 103, 111]
    assert {rule.id for rule in RULES} == set(READERS)


def test_given_a_finding_then_it_names_fact_threshold_and_source() -> None:
    (finding,) = found(facts(ready_on=march(1)), "long-delay", london_midnight(march(8)))
    assert finding.fact == "The person has been ready to leave since Sun 1 Mar 2026."
    assert finding.threshold == "7 days or more"
    assert finding.source == (
        "NHS England discharge ready date bands; urgent and emergency care plan 2025/26"
    )


@pytest.mark.parametrize("value", ["no", "unknown"])
def test_given_no_confirmed_safe_address_then_rule_1_stops(value: str) -> None:
    (finding,) = found(facts(safe_address={"value": value}), "no-safe-address")
    assert finding.level == "STOP"
    assert value in finding.fact


def test_given_a_mitigation_for_the_address_then_rule_1_is_silent() -> None:
    assert not found(facts(safe_address={"value": "no", "mitigated": True}), "no-safe-address")


@pytest.mark.parametrize("service", ["heating", "water", "power"])
@pytest.mark.parametrize("value", ["no", "unknown"])
def test_given_heating_water_or_power_unconfirmed_then_rule_2_stops_for_each(
    service: str, value: str
) -> None:
    (finding,) = found(facts(**{service: {"value": value}}), "no-heating-water-power")
    assert (finding.level, finding.subject) == ("STOP", service)
    assert finding.fact == f"{service.capitalize()} at home is not confirmed: the answer is {value}."


@pytest.mark.parametrize("rule", ["no-safe-address", "no-heating-water-power"])
def test_given_a_discharge_far_away_and_no_check_then_unknown_is_no_risk_until_5_days_before(
    rule: str,
) -> None:
    known = RiskFacts(expected_discharge_on=march(20))
    at = london_midnight(march(15))
    assert not found(known, rule, at - MOMENT)
    assert {finding.level for finding in found(known, rule, at)} == {"STOP"}


@pytest.mark.parametrize(
    "near", [{"ready_on": march(3)}, {"check_completed_on": march(3)}, {"expected_discharge_on": None}]
)
def test_given_somebody_ready_or_checked_or_without_a_date_then_unknown_is_a_risk_at_once(
    near: dict[str, date | None],
) -> None:
    known = RiskFacts.model_validate({"expected_discharge_on": march(20), **near})
    assert found(known, "no-safe-address")


def test_given_somebody_at_home_then_the_gate_is_no_longer_asked() -> None:
    known = RiskFacts(in_hospital=False, ready_on=march(1), expected_discharge_on=march(1))
    assert evaluate(known, NOON) == []


def bed(due: int | None, fitted: int | None = None) -> dict[str, object]:
    item = Equipment(
        key="equipment/1",
        item="hospital-bed",
        due_on=march(due) if due else None,
        fitted_on=march(fitted) if fitted else None,
    )
    return {"equipment": (item,), "arrival_on": march(10)}


def test_given_equipment_due_after_arrival_then_rule_4_stops_at_once() -> None:
    (finding,) = found(facts(**bed(11)), "equipment-not-fitted")
    assert (finding.level, finding.subject) == ("STOP", "equipment/1")
    assert finding.fact == (
        "Hospital bed is due on Wed 11 Mar 2026 and the person is expected home on Tue 10 Mar 2026."
    )


def test_given_equipment_due_on_a_day_nobody_knows_then_rule_4_stops() -> None:
    assert found(facts(**bed(None)), "equipment-not-fitted")


def test_given_equipment_due_by_arrival_then_rule_4_stops_once_it_is_overdue() -> None:
    begins(facts(**bed(10)), "equipment-not-fitted", london_midnight(march(11)), "STOP")


def test_given_equipment_that_is_fitted_then_rule_4_is_silent() -> None:
    assert not found(facts(**bed(20, fitted=4)), "equipment-not-fitted")


def test_given_somebody_who_came_home_before_the_equipment_then_rule_4_still_stops() -> None:
    assert found(facts(in_hospital=False, **bed(20)), "equipment-not-fitted")


def test_given_homelessness_flagged_on_thursday_then_rule_10_speaks_after_one_working_day() -> None:
    begins(facts(homeless="yes", flagged_on=march(5)), "homeless-not-referred", london_midnight(march(9)))


def test_given_homelessness_flagged_before_easter_then_bank_holidays_do_not_count() -> None:
    known = facts(homeless="yes", flagged_on=date(2026, 4, 2))
    begins(known, "homeless-not-referred", london_midnight(date(2026, 4, 8)))


@pytest.mark.parametrize(
    "known",
    [
        {"homeless": "yes", "flagged_on": march(2), "duty_to_refer_on": march(3)},
        {"homeless": "unknown", "flagged_on": march(2)},
        {"homeless": "no", "flagged_on": march(2)},
    ],
)
def test_given_a_referral_or_no_flag_then_rule_10_is_silent(known: dict[str, object]) -> None:
    assert not found(facts(**known), "homeless-not-referred", london_midnight(march(30)))


@pytest.mark.parametrize(("days", "level"), [(7, "AMBER"), (14, "RED"), (21, "RED+")])
def test_given_a_long_delay_then_rule_12_speaks_louder_at_7_14_and_21_days(days: int, level: str) -> None:
    at = london_midnight(march(1) + timedelta(days=days))
    begins(facts(ready_on=march(1)), "long-delay", at, level)
    (finding,) = found(facts(ready_on=march(1)), "long-delay", at)
    assert finding.subject == f"{days}-days"


def test_given_a_delay_over_the_clock_change_then_rule_12_counts_nights() -> None:
    begins(facts(ready_on=march(25)), "long-delay", london_midnight(date(2026, 4, 1)), "AMBER")


def test_given_a_date_in_5_days_and_no_check_begun_then_rule_14_speaks() -> None:
    known = facts(check_started_on=None, check_completed_on=None, expected_discharge_on=march(20))
    begins(known, "check-not-started", london_midnight(march(15)))
    assert found(known, "check-not-started", london_midnight(march(25)))


def test_given_a_check_that_has_begun_then_rule_14_is_silent() -> None:
    known = facts(check_completed_on=None, expected_discharge_on=march(5))
    assert not found(known, "check-not-started")


def work(**known: object) -> dict[str, object]:
    return {"works": (Work.model_validate({"key": "adaptation/1", "item": "stairlift", **known}),)}


def test_given_work_promised_after_the_needed_day_then_rule_15_speaks_at_once() -> None:
    (finding,) = found(facts(needed_by=march(10), **work(due_on=march(11))), "lead-time-too-long")
    assert finding.fact == "Stairlift is expected on Wed 11 Mar 2026 and needed by Tue 10 Mar 2026."


def test_given_work_promised_on_the_needed_day_then_rule_15_speaks_when_that_day_has_passed() -> None:
    begins(
        facts(needed_by=march(10), **work(due_on=march(10))), "lead-time-too-long", london_midnight(march(11))
    )


def test_given_work_under_way_without_a_promise_then_its_lead_time_counts_from_its_start() -> None:
    known = facts(needed_by=march(10), **work(started_on=march(4), lead_days=7))
    assert found(known, "lead-time-too-long")


def test_given_work_not_ordered_yet_then_rule_15_speaks_when_lead_exceeds_days_left() -> None:
    known = facts(needed_by=march(20), **work(lead_days=7))
    begins(known, "lead-time-too-long", london_midnight(march(14)))


@pytest.mark.parametrize(
    "known", [{"needed_by": None, **work(due_on=march(30))}, {"needed_by": march(10), **work()}]
)
def test_given_no_needed_day_or_no_lead_time_then_rule_15_is_silent(known: dict[str, object]) -> None:
    assert not found(facts(**known), "lead-time-too-long", london_midnight(march(30)))


LEFT = datetime(2026, 3, 4, 15, tzinfo=UTC)


def home(*contacts: Contact) -> RiskFacts:
    return facts(in_hospital=False, discharged_at=LEFT, contacts=contacts)


def test_given_no_contact_after_discharge_then_rule_26_speaks_at_24_and_again_at_72_hours() -> None:
    rule = "no-contact-after-discharge"
    begins(home(), rule, LEFT + timedelta(hours=24))
    (before,) = found(home(), rule, LEFT + timedelta(hours=72) - MOMENT)
    (after,) = found(home(), rule, LEFT + timedelta(hours=72))
    assert (before.subject, after.subject) == ("24-hours", "72-hours")


def test_given_a_call_then_rule_26_still_waits_for_the_visit() -> None:
    called = home(Contact(kind="call", at=LEFT + timedelta(hours=3)))
    begins(called, "no-contact-after-discharge", LEFT + timedelta(hours=72))


def test_given_a_visit_then_rule_26_is_silent() -> None:
    visited = home(Contact(kind="visit", at=LEFT + timedelta(hours=3)))
    assert not found(visited, "no-contact-after-discharge", LEFT + timedelta(days=20))


def test_given_a_contact_before_the_discharge_then_it_does_not_count() -> None:
    early = home(Contact(kind="visit", at=LEFT - timedelta(hours=1)))
    assert found(early, "no-contact-after-discharge", LEFT + timedelta(hours=24))


def test_given_a_closed_case_then_no_rule_speaks() -> None:
    assert evaluate(RiskFacts(open=False, ready_on=march(1)), london_midnight(march(30))) == []
