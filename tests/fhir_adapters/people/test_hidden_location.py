"""Whether somebody's location is hidden: nobody lifts what somebody else hides."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from fhir_adapters.people.hidden_location import Statement, whether_hidden

HERE, THERE = UUID(int=1), UUID(int=2)
JOAN, RETIRED = UUID(int=10), UUID(int=11)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def said(on: int | None, hidden: bool, by: UUID = HERE, of: UUID = JOAN, tie: str = "") -> Statement:
    return Statement(by, of, day(on) if on else None, tie, hidden)


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


def test_given_two_statements_at_once_of_a_retired_record_then_the_later_one_is_carried() -> None:
    def carried(first: bool, then: bool) -> bool | None:
        said_at_once = [said(1, then, of=RETIRED, tie="b"), said(1, first, of=RETIRED, tie="a")]
        return whether_hidden([*said_at_once, said(4, False)], {RETIRED: day(5)})

    assert carried(first=True, then=False) is False
    assert carried(first=False, then=True) is True


def test_given_hiding_and_lifting_at_once_then_hiding_counts_whatever_the_order() -> None:
    assert whether_hidden([said(1, True, tie="a"), said(1, False, tie="b")], {}) is True


def test_given_hiding_without_a_time_in_a_merged_record_then_it_hides_from_the_merge_on() -> None:
    hidden = said(None, True, of=RETIRED)
    assert whether_hidden([hidden, said(4, False)], {RETIRED: day(5)}) is True
    assert whether_hidden([hidden, said(6, False)], {RETIRED: day(5)}) is False


def test_given_hiding_said_of_a_retired_record_after_its_merge_then_it_hides_from_then_on() -> None:
    hidden = said(7, True, of=RETIRED)
    assert whether_hidden([hidden, said(6, False)], {RETIRED: day(5)}) is True
    assert whether_hidden([hidden, said(8, False)], {RETIRED: day(5)}) is False


def test_given_a_time_and_none_then_what_has_none_came_first() -> None:
    assert whether_hidden([said(1, False), said(None, True)], {}) is False
    assert (
        whether_hidden([said(1, True, of=RETIRED), said(None, False, of=RETIRED)], {RETIRED: day(2)}) is True
    )
