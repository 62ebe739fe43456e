"""Whether somebody's location is hidden: nobody lifts what somebody else hides."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from fhir_adapters.people.hiding import Statement, whether_hidden

HERE, THERE = UUID(int=1), UUID(int=2)
JOAN, RETIRED = UUID(int=10), UUID(int=11)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def said(on: int | None, hidden: bool, by: UUID = HERE, of: UUID = JOAN) -> Statement:
    return Statement(by, of, day(on) if on else None, "", hidden)


def test_given_silence_then_nothing_is_known() -> None:
    assert whether_hidden([], {}) is None


def test_given_hiding_then_it_stands_until_the_same_organisation_lifts_it() -> None:
    assert whether_hidden([said(1, True)], {}) is True
    assert whether_hidden([said(2, False), said(1, True)], {}) is False
    assert whether_hidden([said(2, True), said(3, False, by=THERE)], {}) is True


def test_given_hiding_that_arrived_without_a_time_then_it_hides() -> None:
    assert whether_hidden([said(None, True)], {}) is True


def test_given_a_hidden_record_that_was_merged_then_only_what_came_after_the_merge_lifts_it() -> None:
    hidden = said(1, True, of=RETIRED)

    assert whether_hidden([hidden, said(4, False)], {RETIRED: day(5)}) is True
    assert whether_hidden([hidden, said(6, False)], {RETIRED: day(5)}) is False
    assert whether_hidden([hidden, said(2, False, of=RETIRED)], {RETIRED: day(5)}) is False
