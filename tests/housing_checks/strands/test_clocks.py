"""The clocks of a strand: when to wake, what to report, when to search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import yaml

from discharge.cases.model import Offer, Strand
from discharge.reference.policy import Book, Policy, policy_on
from discharge.reference.site import parse_override
from housing_checks.strands.clocks import (
    ClockFacts,
    next_wakeup,
    offer_lapsed,
    overdue_since,
    reports_due,
    search_due,
)
from tests.housing_checks.homes import HOME, day, noon

FACTS = ClockFacts()
POLICY = policy_on(day(0))


def strand(kind: str = "equipment", **changes: object) -> Strand:
    plain = Strand(
        kind=kind, number=1, item="commode", started_on=day(0), owner_role="coordinator", due_on=day(5)
    )
    return plain.model_copy(update=changes)


def offered(answer: str | None = None) -> Offer:
    return Offer.model_validate(
        {
            "offer_id": uuid4(),
            "property_id": HOME,
            "offered_on": day(1),
            "respond_by": day(3),
            "answer": answer,
        }
    )


def test_a_strand_is_late_from_the_london_midnight_after_the_day_it_is_due() -> None:
    midnight = datetime(2026, 3, 8, tzinfo=UTC)
    assert next_wakeup(strand(), FACTS, noon(0), POLICY) == midnight
    assert overdue_since(strand(), midnight - timedelta(seconds=1), POLICY) is None
    assert overdue_since(strand(), midnight, POLICY) == day(6)


def test_in_summer_midnight_is_london_s() -> None:
    late = strand(due_on=day(40))
    assert next_wakeup(late, FACTS, noon(0), POLICY) == datetime(2026, 4, 11, 23, tzinfo=UTC)


def test_an_overdue_day_is_reported_once_and_again_after_a_new_promise() -> None:
    assert [one.report for one in reports_due(strand(), noon(7), POLICY)] == ["overdue"]
    told = strand(overdue_since=day(6))
    assert reports_due(told, noon(7), POLICY) == []
    assert next_wakeup(told, FACTS, noon(7), POLICY) is None
    promised = strand(overdue_since=day(6), due_on=day(9))
    assert [one.report for one in reports_due(promised, noon(10), POLICY)] == ["overdue"]


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_an_ended_strand_waits_for_nothing(status: str) -> None:
    ended = strand("rehousing", status=status, offers=(offered(),))
    assert next_wakeup(ended, FACTS, noon(9), POLICY) is None
    assert reports_due(ended, noon(9), POLICY) == []
    assert not search_due(ended, FACTS, noon(9), POLICY)


def test_an_offer_lapses_at_the_end_of_its_last_day_and_is_named_in_the_report() -> None:
    offer = offered()
    waiting = strand("rehousing", offers=(offer,))
    assert next_wakeup(waiting, FACTS, noon(1), POLICY) == datetime(2026, 3, 6, tzinfo=UTC)
    assert offer_lapsed(waiting, noon(3)) is None
    reports = reports_due(waiting, noon(4), POLICY)
    assert [(one.report, one.offer_id) for one in reports] == [("offer-lapsed", offer.offer_id)]


def test_homes_are_searched_at_once_and_then_every_day() -> None:
    looking = strand("rehousing")
    assert search_due(looking, FACTS, noon(1), POLICY)
    assert next_wakeup(looking, FACTS, noon(1), POLICY) == noon(1)
    searched = ClockFacts(searched_at=noon(1))
    assert not search_due(looking, searched, noon(1) + timedelta(hours=23), POLICY)
    assert next_wakeup(looking, searched, noon(1), POLICY) == noon(2)
    assert search_due(looking, searched, noon(2), POLICY)


@pytest.mark.parametrize(
    ("answer", "searches"), [(None, False), ("accepted", False), ("refused", True), ("lapsed", True)]
)
def test_no_other_home_is_searched_while_an_offer_is_open_or_accepted(
    answer: str | None, searches: bool
) -> None:
    looking = strand("rehousing", offers=(offered(answer),))
    assert search_due(looking, FACTS, noon(2), POLICY) is searches


def test_equipment_searches_no_homes() -> None:
    assert not search_due(strand(), FACTS, noon(1), POLICY)


def test_how_late_is_late_and_how_often_homes_are_sought_are_rows() -> None:
    said = {
        "changes": "clocks",
        "edition": "ours",
        "effective_from": day(0),
        "decided_by": "J. Doe",
        "decided_on": day(0),
        "reason": "Suppliers ring on the day after",
        "rows": {"strand-overdue": {"length": "2 days"}, "home-search": {"length": "12 hours"}},
    }
    tried = Policy(Book((parse_override("ours.yaml", yaml.safe_dump(said).encode()),)), day(0))
    assert next_wakeup(strand(), FACTS, noon(0), tried) == datetime(2026, 3, 10, tzinfo=UTC)
    searched = ClockFacts(searched_at=noon(1))
    halves = noon(1) + timedelta(hours=12)
    looking = strand("rehousing")
    assert [search_due(looking, searched, halves, policy) for policy in (POLICY, tried)] == [False, True]
