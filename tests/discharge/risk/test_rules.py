"""The rules at each threshold: one moment before, and at it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from discharge.cases.actions import ACTIONS, MISSED
from discharge.clocks import london_midnight
from discharge.codes.casework import OWNER_ROLES
from discharge.reference.policy import policy_on
from discharge.risk import engine
from discharge.risk.engine import Finding, evaluate
from discharge.risk.facts import Equipment, FactAnswer, Owed, RiskFacts, Unready, Work
from discharge.risk.levels import ALERT_LEVELS
from discharge.risk.rules import RULES, every_rule

MOMENT = timedelta(microseconds=1)
YES = FactAnswer(value="yes")
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


@pytest.mark.parametrize("rule", every_rule(), ids=lambda rule: rule.id)
def test_given_a_rule_then_it_names_its_source_owner_and_what_to_do(rule) -> None:  # noqa: ANN001
    assert rule.source
    assert rule.action.endswith(".")
    assert rule.fact.endswith(".")
    assert all(OWNER_ROLES.known(role) for role in rule.ladder)
    assert all(ALERT_LEVELS.known(threshold.level) for threshold in rule.thresholds)


def test_given_the_rules_then_each_has_a_number_of_its_own_and_ours_leave_none_out() -> None:
    numbers = sorted(rule.number for rule in every_rule())
    ours = [number for number in numbers if number > 100]
    assert len(set(numbers)) == len(numbers)
    assert ours == list(range(101, 101 + len(ours)))


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


def test_given_no_check_then_the_missing_check_is_the_one_thing_told() -> None:
    unchecked = RiskFacts(ready_on=march(3))
    assert [finding.rule for finding in evaluate(unchecked, NOON)] == ["check-not-started"]


@pytest.mark.parametrize(
    "homeless", [{"homeless": "yes"}, {"safe_address": {"value": "no"}}], ids=["flagged", "no address"]
)
def test_given_somebody_without_a_home_then_nobody_is_asked_about_its_heating(
    homeless: dict[str, object],
) -> None:
    cold = {"heating": {"value": "unknown"}, "safe_address": {"value": "unknown"}}
    assert found(facts(**cold), "no-heating-water-power")
    rules = {finding.rule for finding in evaluate(facts(**(cold | homeless)), NOON)}
    assert "no-safe-address" in rules
    assert "no-heating-water-power" not in rules


def test_given_a_new_home_for_somebody_who_was_homeless_then_its_heating_is_asked_about() -> None:
    assert found(facts(homeless="yes", heating={"value": "no"}), "no-heating-water-power")


COLD = Unready(left_on=march(3), blockers=("heating: not known",))


def test_given_somebody_at_home_in_another_place_then_the_gate_is_no_longer_asked() -> None:
    known = facts(in_hospital=False, heating={"value": "no"})
    assert evaluate(known, NOON) == []


def test_given_somebody_in_a_home_that_is_not_ready_then_one_alert_tells_all_of_it() -> None:
    known = facts(in_hospital=False, heating={"value": "unknown"}, unready=COLD)
    rules = {finding.rule: finding for finding in evaluate(known, NOON)}
    assert set(rules) == {"home-not-ready-person-in-it"}
    loud = rules["home-not-ready-person-in-it"]
    assert (loud.level, loud.tells) == ("STOP", ("no-heating-water-power/heating",))
    assert loud.fact == (
        "The person left hospital on Tue 3 Mar 2026 and the home is not ready: heating: not known. "
        "Nobody gave a reason."
    )


def test_given_a_reason_for_leaving_then_the_alert_says_it() -> None:
    known = facts(in_hospital=False, unready=COLD.model_copy(update={"reason": "bed-needed"}))
    (finding,) = found(known, "home-not-ready-person-in-it")
    assert finding.fact.endswith("Reason given: The bed was needed.")


def test_given_somebody_gone_without_a_check_then_rule_104_tells_it_and_rule_14_does_not() -> None:
    (finding,) = evaluate(RiskFacts(in_hospital=False, unready=COLD), NOON)
    assert (finding.rule, finding.tells) == ("home-not-ready-person-in-it", ("check-not-started/",))


def test_given_work_with_a_day_of_its_own_when_the_person_is_in_an_unready_home_then_it_keeps_its_alert() -> (
    None
):
    known = facts(in_hospital=False, unready=COLD, **bed(11))
    assert {finding.rule for finding in evaluate(known, NOON)} == {
        "equipment-not-fitted",
        "home-not-ready-person-in-it",
    }


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


UNCHECKED: dict[str, object] = {"check_started_on": None, "check_completed_on": None}


def test_given_a_date_in_5_days_and_no_check_then_rule_14_speaks_and_stops_on_the_day() -> None:
    known = facts(**UNCHECKED, expected_discharge_on=march(20))
    begins(known, "check-not-started", london_midnight(march(15)))
    begins(known, "check-not-started", london_midnight(march(20)), "STOP")
    assert [each.level for each in found(known, "check-not-started", london_midnight(march(25)))] == ["STOP"]


def test_given_no_date_and_no_check_then_rule_14_speaks_at_once() -> None:
    (finding,) = found(facts(**UNCHECKED), "check-not-started")
    assert (finding.level, finding.fact) == (
        "RED",
        "The person may leave on an unknown day and the home check has not begun.",
    )


def test_given_somebody_ready_to_leave_and_no_check_then_rule_14_stops() -> None:
    known = facts(**UNCHECKED, ready_on=march(4), expected_discharge_on=march(20))
    assert [each.level for each in found(known, "check-not-started")] == ["STOP"]


def test_given_a_check_that_has_begun_then_rule_14_says_that_it_is_not_complete() -> None:
    (finding,) = found(facts(check_completed_on=None), "check-not-started")
    assert finding.fact.endswith("the home check is not complete.")


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


def owed(cause: str, rule: str, **changes: object) -> RiskFacts:
    """Somebody at home, about whom one thing is owed since noon."""
    what = {"opened_at": NOON, "due_at": NOON + timedelta(hours=24), "key": f"{cause}/1", "rule": rule}
    return facts(
        in_hospital=False, owed=(Owed.model_validate({"what": "The person fell", **what, **changes}),)
    )


def test_given_a_missed_contact_then_rule_26_speaks_until_it_is_answered() -> None:
    known = owed(
        "contact-missed", "no-contact-after-discharge", subject="72-hours", what=ACTIONS.label(MISSED)
    )
    (finding,) = found(known, "no-contact-after-discharge", NOON + timedelta(days=20))
    assert finding.fact == "Visit or call within 72 hours: not recorded by Wed 4 Mar 2026 at 12:00."


def test_given_something_found_at_home_then_rule_105_grows_louder_when_it_is_due() -> None:
    known = owed("equipment-missing", "problem-at-home")
    begins(known, "problem-at-home", NOON + timedelta(hours=24), "RED+")
    (before,) = found(known, "problem-at-home")
    assert (before.level, before.subject) == ("RED", "equipment-missing/1")


def test_given_something_that_cannot_wait_then_rule_105_stops_at_once() -> None:
    (finding,) = found(owed("fell", "problem-at-home", urgent=True), "problem-at-home")
    assert finding.level == "STOP"


def test_given_work_past_its_day_then_rule_109_speaks_and_only_once_for_each_order() -> None:
    late = Work(key="adaptation/1", item="stairlift", due_on=march(10))
    known = facts(overdue=(late,))
    begins(known, "work-overdue", london_midnight(march(11)), "AMBER")
    both = facts(overdue=(late,), works=(late,), needed_by=march(5))
    assert [each.rule for each in evaluate(both, london_midnight(march(12)))] == ["lead-time-too-long"]


def test_given_rules_in_any_order_then_of_one_cause_the_loudest_is_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = Work(key="adaptation/1", item="stairlift", due_on=march(10))
    known = facts(overdue=(late,), works=(late,), needed_by=march(5))
    rules = policy_on(march(12))[RULES]
    monkeypatch.setattr(engine, "_rules", lambda *_: {rule: rules[rule] for rule in reversed(list(rules))})
    assert [each.level for each in evaluate(known, london_midnight(march(12)))] == ["RED"]


@pytest.mark.parametrize(("days", "level"), [(1, "AMBER"), (3, "RED")])
def test_given_home_and_person_ready_and_nobody_leaves_then_rule_110_speaks(days: int, level: str) -> None:
    known = facts(home_ready_on=march(3), ready_on=march(4))
    begins(known, "ready-not-leaving", london_midnight(march(4) + timedelta(days=days)), level)


def test_given_a_home_that_is_ready_long_before_its_person_then_rule_110_waits() -> None:
    known = facts(home_ready_on=march(3), expected_discharge_on=march(20))
    assert not found(known, "ready-not-leaving", london_midnight(march(20)))


def test_given_a_closed_case_then_no_rule_speaks() -> None:
    assert evaluate(RiskFacts(open=False, ready_on=march(1)), london_midnight(march(30))) == []
