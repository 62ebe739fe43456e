"""By when something at the gate is settled counts from the day on which it opened, not from the check."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from discharge.cases import commands as cmd
from discharge.cases.events import GatedItemsChanged, MitigationWithdrawn
from discharge.cases.evolve import fold
from discharge.cases.model import Case, GateItem
from discharge.clocks import london_midnight
from discharge.risk.engine import evaluate
from discharge.risk.facts import facts_of
from housing_checks.checks.due import Due
from housing_checks.checks.gated_items import gated_anew
from housing_checks.gate.blockers import Blocker, blocking
from tests.housing_checks.paper import BEGINS, FORM, WARD, PaperCase, Told

HOME_ON = 12
PREPAID = {"meter": "prepaid", "meter_credit": "yes"}


def told(**answers: str) -> Told:
    """A case on form 2 in which all is well but for these answers, and safety, which nobody asked about."""
    said = {code.replace("_", "-"): value for code, value in answers.items()}
    well = {"safety-confirmed": "unknown"}
    case = Told(PaperCase(number=0, told="", referral={"tenure": "social"}, answers=well | said, blocks={}))
    case.ask(cmd.SetExpectedDischargeDate(expected_discharge_on=on(HOME_ON)), WARD)
    return case


def on(number: int) -> date:
    return BEGINS + timedelta(days=number)


def answered(case: Told, item: str, value: str, day: int) -> Told:
    case.ask(cmd.ConfirmItem(item=item, value=value), on=day)
    return case


def blocker(case: Case, code: str) -> Blocker:
    [found] = [each for each in blocking(case) if each.code == code]
    return found


def counted_from(code: str, day: int) -> date | None:
    due = FORM.item(code).due
    assert isinstance(due, Due)
    return due.by(on(day), on(HOME_ON))


def test_given_oxygen_told_days_after_the_check_then_what_it_opens_counts_from_that_day() -> None:
    case = answered(told(oxygen_or_cream="neither"), "oxygen-or-cream", "oxygen", 5).case
    for code in ("oxygen-risk-form", "oxygen-installed", "no-smoking", "fire-service-visit"):
        found = blocker(case, code)
        assert (found.since, found.due_on) == (on(5), counted_from(code, 5)), code
        assert found.due_on is not None
        assert found.due_on >= on(5)


def test_given_oxygen_told_on_the_day_of_going_home_then_nothing_of_it_is_late_yet() -> None:
    case = told(oxygen_or_cream="neither", safety_confirmed="confirmed")
    answered(case, "oxygen-or-cream", "oxygen", HOME_ON)
    late = [each.rule for each in evaluate(facts_of(case.case), london_midnight(on(HOME_ON)))]
    assert not [rule for rule in late if rule.startswith("blockers-late")]
    later = [each.rule for each in evaluate(facts_of(case.case), london_midnight(on(HOME_ON + 9)))]
    assert [rule for rule in later if rule.startswith("blockers-late")]


def test_given_a_fact_of_the_case_that_opens_an_item_then_it_counts_from_the_day_of_the_fact() -> None:
    case = told()
    case.ask(cmd.FlagHomelessness(flag="yes"), WARD, on=6)
    assert "duty-to-refer" in case.case.gate
    found = blocker(case.case, "duty-to-refer")
    assert (found.since, found.due_on) == (on(6), counted_from("duty-to-refer", 6))


def test_given_an_answer_told_for_a_day_before_the_check_then_what_it_opens_counts_from_the_check() -> None:
    case = told(oxygen_or_cream="neither").case
    opened = fold(case, [GatedItemsChanged(because="oxygen-or-cream", gated=(), since=on(0))])
    [event] = [each for each in gated_anew(opened, on(-3)) if isinstance(each, GatedItemsChanged)]
    assert event.since == on(0)


def test_given_an_answer_that_ran_out_while_nobody_needed_it_then_its_item_counts_from_the_day_it_opens() -> (
    None
):
    case = answered(told(**PREPAID), "meter", "bills", 2)
    assert "meter-credit" not in case.case.gate
    answered(case, "meter", "prepaid", 10)
    found = blocker(case.case, "meter-credit")
    assert found.why == "run-out"
    assert (found.since, found.due_on) == (on(10), counted_from("meter-credit", 10))


def test_given_a_no_of_long_ago_when_its_item_opens_then_it_counts_from_the_opening() -> None:
    case = answered(told(**PREPAID), "meter-credit", "no", 1)
    answered(answered(case, "meter", "bills", 2), "meter", "prepaid", 6)
    found = blocker(case.case, "meter-credit")
    assert (found.why, found.since, found.due_on) == ("no", on(6), counted_from("meter-credit", 6))
    assert case.case.gate["meter-credit"].as_of == on(1)


def test_given_an_item_that_opened_when_somebody_answers_it_for_the_day_before_then_the_answer_counts() -> (
    None
):
    case = answered(told(oxygen_or_cream="neither"), "oxygen-or-cream", "oxygen", 5)
    answered(case, "no-smoking", "yes", 4)
    assert case.case.gate["no-smoking"].value == "yes"


def test_given_another_home_then_what_is_asked_of_it_counts_from_the_day_it_is_known() -> None:
    case = told()
    answered(case, "destination", "other-home", 6)
    items = [each for each in blocking(case.case) if each.kind == "item" and each.code != "safety-confirmed"]
    assert {"heating", "host-agrees"} <= {each.code for each in items}
    for each in items:
        assert each.due_on is None or each.due_on >= on(6), each.code


@pytest.mark.parametrize(("because", "opened"), [("ended", 5), ("said", 4)])
def test_given_a_mitigation_that_is_over_then_its_item_counts_from_the_first_day_without_it(
    because: str, opened: int
) -> None:
    case = told(food="no")
    over = MitigationWithdrawn(item="food", withdrawn_on=on(4), because=because)  # type: ignore[arg-type]
    after = fold(case.case, [over])
    assert blocker(after, "food").due_on == counted_from("food", opened)


def test_given_a_second_check_then_an_item_that_opened_since_the_first_keeps_its_day() -> None:
    case = answered(told(oxygen_or_cream="neither"), "oxygen-or-cream", "oxygen", 5)
    answers = {code: each.value for code, each in case.case.check.given.items()} if case.case.check else {}
    case.ask(cmd.StartCheck(form=FORM.code), on=6)
    missing = dict.fromkeys(
        ("oxygen-risk-form", "oxygen-installed", "no-smoking", "oxygen-room", "stop-smoking-offer"), "no"
    )
    case.ask(
        cmd.CompleteCheck(form=FORM.code, answers=answers | missing | {"fire-service-visit": "no"}), on=6
    )
    assert case.case.gate["no-smoking"].opened_on == on(5)


def test_given_the_event_of_an_earlier_build_then_its_items_count_from_the_check_as_they_did() -> None:
    case = told(oxygen_or_cream="neither").case
    gated = (*case.gate, "no-smoking")
    after = fold(case, [GatedItemsChanged(because="oxygen-or-cream", gated=gated)])
    assert after.gate["no-smoking"] == GateItem(code="no-smoking")
    assert blocker(after, "no-smoking").due_on == counted_from("no-smoking", 0)
