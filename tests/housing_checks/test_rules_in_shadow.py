"""Rules that are tried first: they raise nothing until a site puts them in force, and can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml

from discharge.calendar import add_working_days
from discharge.cases.model import Case, GateItem, Offer, Stage, Strand
from discharge.cases.model.departure import Discharge
from discharge.clocks import london_midnight
from discharge.reference.files import DataInvalid
from discharge.reference.policy import policy_on, put_in_force
from discharge.reference.site import Override, parse_override
from discharge.risk.case_facts import CASE_FACTS, contribute, read_from
from discharge.risk.conditions import Known
from discharge.risk.engine import Finding, evaluate, next_check
from discharge.risk.facts import RiskFacts, Work, facts_of
from discharge.values import YesNoUnknown
from housing_checks.facts import contribute_facts, homes_not_taken
from tests.discharge.cases.stories import CASE, after, refer

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = NOW.date()


contribute_facts()


def tried(facts: RiskFacts, now: datetime = NOW) -> list[Finding]:
    """What is found beside what is in force."""
    known = evaluate(facts, now)
    return [each for each in evaluate(facts, now, policy_on(now.date(), shadow=True)) if each not in known]


def levels(facts: RiskFacts, rule: str, now: datetime = NOW) -> list[str]:
    return [each.level for each in tried(facts, now) if each.rule == rule]


@pytest.mark.parametrize(
    ("at", "level"),
    [
        ("19:59", []),
        ("20:00", ["AMBER"]),
        ("23:00", ["RED"]),
        ("05:59", ["RED"]),
        ("06:00", ["AMBER"]),
        ("08:00", []),
    ],
)
def test_given_the_hour_of_coming_home_then_the_night_is_told_by_london_time(
    at: str, level: list[str]
) -> None:
    home = datetime.fromisoformat(f"2026-03-09T{at}:00+00:00")
    assert levels(RiskFacts(in_hospital=False, came_home_at=home), "night-arrival") == level
    summer = datetime.fromisoformat(f"2026-07-09T{at}:00+01:00")
    assert levels(RiskFacts(in_hospital=False, came_home_at=summer), "night-arrival", summer) == level


def test_given_silence_then_it_is_told_from_the_fifteenth_day() -> None:
    heard = NOW - timedelta(days=15)
    facts = RiskFacts(in_hospital=False, last_reached_at=heard)
    assert levels(facts, "silence-in-support") == ["AMBER"]
    assert levels(facts, "silence-in-support", NOW - timedelta(microseconds=1)) == []


def test_given_work_due_after_the_weekend_then_working_days_count() -> None:
    ramp = Work(key="adaptation/1", item="ramp", due_on=date(2026, 3, 16))
    assert levels(RiskFacts(overdue=(ramp,)), "repair-due-soon", datetime(2026, 3, 12, tzinfo=UTC)) == [
        "AMBER"
    ]
    assert levels(RiskFacts(overdue=(ramp,)), "repair-due-soon", datetime(2026, 3, 11, 23, tzinfo=UTC)) == []


def search(*reasons: str | None) -> Case:
    said = {
        "offer_id": CASE,
        "property_id": CASE,
        "offered_on": TODAY,
        "respond_by": TODAY,
        "answer": "refused",
    }
    offers = tuple(Offer.model_validate(said | {"reason": reason}) for reason in reasons)
    strand = Strand(
        kind="rehousing", number=1, item="rehousing:1-bed-general", started_on=TODAY,
        owner_role="coordinator", offers=offers,
    )  # fmt: skip
    return Case(case_id=CASE, version=1, stage=Stage.MAKING_READY, strands={strand.key: strand})


def test_given_two_refusals_without_a_reason_then_the_search_tells_it() -> None:
    counts = [
        next(iter(homes_not_taken(search(*reasons)))).count
        for reasons in ((), (None, "too-far"), (None, None))
    ]
    assert counts == [0, 1, 2]
    facts = RiskFacts(from_case=read_from(search(None, None)))
    (found,) = [each for each in tried(facts) if each.rule == "homes-not-taken"]
    assert found.fact == "2 offers of a home were refused or ran out, and no reason is recorded."


def test_given_the_floors_then_every_fact_of_a_case_is_read_by_one_and_no_other_can_be_added() -> None:
    assert read_from(search()).keys() == CASE_FACTS.keys()
    for taken in ("moon", "toilet"):
        with pytest.raises(KeyError):
            contribute(taken, homes_not_taken)


def offered(offered_on: date, respond_by: date, answer: str | None = None) -> RiskFacts:
    said = {"offer_id": CASE, "property_id": CASE, "offered_on": offered_on, "respond_by": respond_by}
    case = search(None)
    [(key, strand)] = case.strands.items()
    offer = Offer.model_validate(said | {"answer": answer})
    case = case.model_copy(update={"strands": {key: strand.model_copy(update={"offers": (offer,)})}})
    return RiskFacts(from_case=read_from(case))


def warned(facts: RiskFacts, now: datetime) -> list[str]:
    return [each.fact for each in evaluate(facts, now) if each.rule == "offer-not-answered"]


def test_given_an_offer_that_nobody_answers_then_its_clock_warns_one_working_day_before_it_lapses() -> None:
    friday, tuesday = date(2026, 3, 6), date(2026, 3, 10)
    facts, monday = offered(friday, tuesday), datetime(2026, 3, 9, tzinfo=UTC)
    assert warned(facts, monday - timedelta(microseconds=1)) == []
    assert warned(facts, monday) == [
        "The home offered on Fri 6 Mar 2026 has no answer, and the offer ends after Tue 10 Mar 2026."
    ]
    assert next_check(facts, monday - timedelta(hours=1)) == monday
    assert warned(offered(friday, tuesday, "refused"), monday) == []
    assert warned(offered(friday, friday), monday) == [], "nobody is warned on the day of the offer"


def test_given_a_number_that_nobody_knows_then_it_counts_as_reached() -> None:
    facts = RiskFacts(from_case={"homes-not-taken": (Known("rehousing/1", words={"count": "Some"}),)})
    assert levels(facts, "homes-not-taken") == ["AMBER"]


@pytest.mark.parametrize(("item", "rule"), [("toilet", "toilet-out-of-reach"), ("keys", "no-way-in")])
@pytest.mark.parametrize(("value", "level"), [("yes", []), ("no", ["STOP"]), ("unknown", ["STOP"])])
def test_given_an_item_that_is_not_so_or_not_known_then_it_stops(
    item: str, rule: str, value: YesNoUnknown, level: list[str]
) -> None:
    case = search().model_copy(update={"gate": {item: GateItem(code=item, value=value)}})
    assert levels(facts_of(case), rule) == level


def test_given_a_referral_that_nobody_accepts_then_it_is_told_after_three_working_days() -> None:
    waits = after((0, refer()))
    assert waits.referral is not None
    referred = waits.referral.referred_on
    due = london_midnight(add_working_days(referred, 4))
    facts = facts_of(waits)
    assert levels(facts, "referral-not-accepted", due) == ["RED"]
    assert levels(facts, "referral-not-accepted", due - timedelta(microseconds=1)) == []
    assert levels(facts_of(search()), "referral-not-accepted", due) == []


def change(**rows: object) -> Override:
    said = {
        "changes": "risk-rules",
        "edition": "ours",
        "effective_from": TODAY,
        "decided_by": "J. Doe",
        "decided_on": TODAY,
        "reason": "Tried for a month",
        "rows": {key.replace("_", "-"): row for key, row in rows.items()},
    }
    return parse_override("ours.yaml", yaml.safe_dump(said).encode())


@pytest.fixture
def in_force() -> Iterator[None]:
    yield
    put_in_force(())


def test_given_a_site_puts_a_rule_in_force_then_it_speaks_from_that_day(in_force: None) -> None:
    left = Discharge(discharged_on=TODAY, discharged_at=NOW.replace(hour=23), told_by="hand")
    case = Case(case_id=CASE, version=1, stage=Stage.DISCHARGED, discharge=left)
    facts, later = facts_of(case), NOW + timedelta(days=1)
    assert "night-arrival" not in {each.rule for each in evaluate(facts, later)}
    put_in_force([change(night_arrival={"shadow": False})])
    assert "night-arrival" in {each.rule for each in evaluate(facts, later)}
    assert "night-arrival" not in {
        each.rule for each in evaluate(facts, NOW, policy_on(TODAY - timedelta(days=1)))
    }


def on_fact(fact: str, level: str = "RED", **when: object) -> dict[str, object]:
    asked = {"kind": "item-not", "fact": fact} | when
    return {"thresholds": [{"level": level, "words": "x", "when": asked}], "fact": "It is so."}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            {"told_by": "long-dely"},
            r"night-arrival\.told_by: .* is not a known rule - did you mean long-delay\?",
        ),
        ({"clock": "alert-rad"}, r"night-arrival\.clock: .* is not a clock - did you mean alert-red\?"),
        ({"fact": "It was {warm}."}, r"night-arrival\.fact: \{warm\} is no word of it - .* words arrived"),
        (on_fact("work-deu"), r"night-arrival\.thresholds\.0\.when\.fact: .* did you mean work-due\?"),
        (
            on_fact("safe-address", kind="nights-at-least", least=2),
            r"night-arrival\.thresholds\.0\.when\.fact: safe-address says answer, which nights-at-least",
        ),
        (on_fact("work-due", "REDD"), r"thresholds\.0\.level: .* - did you mean RED\?"),
    ],
)
def test_given_a_rule_that_names_what_nobody_knows_then_it_is_told(row: dict[str, object], told: str) -> None:
    with pytest.raises(DataInvalid, match=told):
        change(night_arrival=row)
