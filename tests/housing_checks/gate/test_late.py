"""What is past its day at the gate is told to those who can do something about it, once for each side."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid5

import pytest

from discharge.cases import commands as cmd
from discharge.cases.events import BlockerAssigned
from discharge.cases.evolve import fold
from discharge.cases.model import Alert, Assignment, Case
from discharge.clocks import london_midnight
from discharge.codes.casework import OWNER_ROLES
from discharge.risk.alerts import judge, next_look
from discharge.risk.engine import Finding, evaluate
from discharge.risk.facts import facts_of
from housing_checks.gate.blockers import blocking
from tests.discharge.cases.stories import CASE
from tests.housing_checks.homes import FORM_1
from tests.housing_checks.paper import BEGINS, WARD, PaperCase, Told
from tests.housing_checks.test_community import AT_HOME
from tests.housing_checks.test_pathway import ALL_YES, walk
from tests.housing_checks.test_unready import rules

LATE = ("blockers-late-housing", "blockers-late-hospital")
HOME_ON = 12


def told(answers: dict[str, str], home_on: int | None = HOME_ON) -> Told:
    """A case on form 2 in which all is well but for these answers, and safety, which nobody asked about."""
    paper = PaperCase(number=0, told="", referral={"tenure": "social"}, answers=answers, blocks={})
    case = Told(paper)
    if home_on is not None:
        case.ask(cmd.SetExpectedDischargeDate(expected_discharge_on=on(home_on)), WARD)
    return case


def on(number: int) -> date:
    return BEGINS + timedelta(days=number)


def at(number: int) -> datetime:
    return london_midnight(on(number))


def found(case: Case, number: int) -> dict[str, Finding]:
    heard = evaluate(facts_of(case), at(number))
    return {each.rule: each for each in heard if each.rule in (*LATE, "check-late")}


def due(case: Case, code: str) -> date:
    [day] = [each.due_on for each in blocking(case) if each.code == code]
    assert day is not None
    return day


def judged(case: Case, number: int) -> Case:
    return fold(case, judge(case, at(number)))


def late_alerts(case: Case) -> dict[str, Alert]:
    return {each.rule: each for each in case.open_alerts if each.rule in LATE}


def give(case: Told, item: str, role: str, day: int) -> None:
    """Whatever the rules for owners and days say: what is late is told of every case there is."""
    assigned = Assignment(role=role, due_on=on(day), assigned_on=on(0))
    case.case = fold(case.case, [BlockerAssigned(item=item, assignment=assigned)])


def test_given_blockers_past_their_day_then_each_side_has_one_alert_that_names_its_own_and_not_before() -> (
    None
):
    case = told({"food": "no", "stairs-inside": "no", "safety-confirmed": "unknown"})
    for item, role in (
        ("food", "landlord"),
        ("stairs-inside", "therapy"),
        ("safety-confirmed", "named-adviser"),
    ):
        give(case, item, role, 3)
    assert found(case.case, 3) == {}
    late = found(case.case, 4)
    housing, hospital = late["blockers-late-housing"], late["blockers-late-hospital"]
    assert (housing.level, housing.owner_role) == ("RED", "coordinator")
    assert "(the landlord, due " in housing.fact
    assert "named adviser" in housing.fact
    assert "therapists" not in housing.fact
    assert (hospital.level, hospital.owner_role) == ("RED", "discharge-team")
    assert "(therapists, due " in hospital.fact
    assert "landlord" not in hospital.fact
    assert next_look(case.case, at(3) + timedelta(hours=1)) == at(4)


def test_given_several_days_then_only_what_is_late_is_named() -> None:
    case = told({"food": "no", "safety-confirmed": "unknown"})
    give(case, "food", "landlord", 6)
    give(case, "safety-confirmed", "named-adviser", 3)
    assert "food" not in found(case.case, 5)["blockers-late-housing"].fact.lower()
    assert "food" in found(case.case, 7)["blockers-late-housing"].fact.lower()


def test_given_the_day_on_which_the_person_is_expected_home_then_what_is_late_stops_it() -> None:
    case = told({"food": "no", "safety-confirmed": "unknown"})
    give(case, "food", "landlord", HOME_ON - 2)
    give(case, "safety-confirmed", "named-adviser", HOME_ON)
    assert found(case.case, HOME_ON - 1)["blockers-late-housing"].level == "RED"
    [stops] = found(case.case, HOME_ON).values()
    assert stops.level == "STOP"
    assert stops.fact.startswith("Expected home on ")
    assert "safety" not in stops.fact


def test_given_an_answer_a_new_day_or_a_mitigation_then_nobody_is_told_any_more() -> None:
    case = told({"food": "no", "safety-confirmed": "unknown"})
    give(case, "food", "landlord", 3)
    give(case, "safety-confirmed", "named-adviser", 9)
    case.case = judged(case.case, 4)
    assert late_alerts(case.case).keys() == {"blockers-late-housing"}
    again = judged(case.case, 4)
    assert again == case.case
    give(case, "food", "landlord", 8)
    case.case = judged(case.case, 4)
    assert late_alerts(case.case) == {}
    case.case = judged(case.case, 9)
    assert late_alerts(case.case).keys() == {"blockers-late-housing"}
    case.ask(cmd.ConfirmItem(item="food", value="yes"), on=9)
    assert late_alerts(case.case) == {}


def test_given_an_alert_that_was_accepted_when_one_more_is_late_then_it_rings_again() -> None:
    case = told({"food": "no", "safety-confirmed": "unknown"})
    give(case, "food", "landlord", 3)
    give(case, "safety-confirmed", "named-adviser", 5)
    first = judged(case.case, 4)
    [alert] = late_alerts(first).values()
    accepted = alert.model_copy(update={"acknowledged_at": at(4), "acknowledged_by": uuid5(CASE, "somebody")})
    taken = first.model_copy(update={"alerts": {**first.alerts, str(alert.alert_id): accepted}})
    assert late_alerts(judged(taken, 5))["blockers-late-housing"].acknowledged_at is not None
    rung = late_alerts(judged(taken, 6))["blockers-late-housing"]
    assert rung.acknowledged_at is None
    assert (rung.level, len(rung.tells)) == ("RED", 2)


def test_given_more_than_can_be_read_then_it_says_how_many_more_there_are() -> None:
    codes = ("food", "heating", "water", "power", "keys", "bed", "toilet", "somebody-meets", "stairs-inside")
    case = told({**dict.fromkeys(codes, "no"), "safety-confirmed": "unknown"})
    for code in codes:
        give(case, code, "coordinator", 3)
    [late] = found(case.case, 4).values()
    assert late.fact.count("(housing and health coordinator, due ") == 7
    assert late.fact.endswith("; and 2 more.")


def test_given_heating_that_has_an_alert_of_its_own_then_only_a_day_that_somebody_named_is_told_as_late() -> (
    None
):
    case = told({"heating": "no", "safety-confirmed": "unknown"})
    give(case, "safety-confirmed", "named-adviser", 11)
    assert due(case.case, "heating") < on(11)
    assert found(case.case, 11) == {}
    give(case, "heating", "landlord", 5)
    assert found(case.case, 6).keys() == {"blockers-late-housing"}


def test_given_no_trust_that_answers_for_the_person_then_the_coordinator_hears_of_all() -> None:
    case = told({"stairs-inside": "no", "safety-confirmed": "unknown"})
    give(case, "stairs-inside", "therapy", 3)
    assert "blockers-late-hospital" in found(case.case, 4)
    alone = case.case.model_copy(update={"participants": ()})
    assert found(alone, 4).keys() == {"blockers-late-housing"}


def test_given_a_case_that_waits_for_nobody_then_nothing_of_it_is_late() -> None:
    case = told({"food": "no", "safety-confirmed": "unknown"}).case
    assert found(case, 9) != {}
    assert found(case.model_copy(update={"stage": "closed"}), 9) == {}
    assert found(case.model_copy(update={"stage": "discharged"}), 9) == {}


def test_given_safety_that_nobody_asked_about_then_the_alert_says_no_more_than_the_list_of_what_blocks() -> (
    None
):
    case = told({"safety-confirmed": "unknown"})
    day = due(case.case, "safety-confirmed")
    [late] = evaluate(facts_of(case.case), london_midnight(day + timedelta(days=1)))
    assert late.rule == "blockers-late-housing"
    assert (
        late.fact == "Not done by its day: safety confirmed (named adviser for safety, due Fri 6 Nov 2026)."
    )


@pytest.mark.parametrize("role", [row.code for row in OWNER_ROLES.in_force(date(2026, 11, 5))])
def test_given_any_owner_then_what_is_late_is_told_to_people_who_sign_in(role: str) -> None:
    case = told({"food": "no", "safety-confirmed": "unknown"})
    give(case, "food", role, 3)
    give(case, "safety-confirmed", "named-adviser", 9)
    [late] = found(case.case, 4).values()
    assert late.owner_role in ("coordinator", "discharge-team")


def test_given_a_check_past_its_clock_at_home_then_the_coordinator_is_told_and_not_twice() -> None:
    waiting = walk((0, AT_HOME), (0, cmd.AcceptReferral()))
    assert "check-late" not in rules(walk((2, cmd.StrikeClock()), case=waiting))
    late = walk((4, cmd.StrikeClock()), case=waiting)
    assert rules(late) == {"check-late": "RED"}
    assert rules(walk((5, cmd.StrikeClock()), case=late)) == {"check-not-started": "RED"}
    done = walk((4, cmd.CompleteCheck(form=FORM_1.code, answers=ALL_YES)), case=late)
    assert rules(done) == {}
