"""Ready periods open, close and are corrected."""

from datetime import date

import pytest

from discharge.delays.model import ReadyPeriod
from discharge.delays.periods import (
    correct_period,
    end_period,
    in_order,
    not_before_the_last,
    open_period,
    start_period,
)
from discharge.errors import Refused


def march(day: int) -> date:
    return date(2026, 3, day)


def ended(start: int, end: int) -> ReadyPeriod:
    return ReadyPeriod(ready_on=march(start), ended_on=march(end), ended_by="met-criteria-again")


def running(start: int) -> ReadyPeriod:
    return ReadyPeriod(ready_on=march(start))


def test_given_nobody_ready_when_a_period_starts_then_it_runs() -> None:
    assert open_period(start_period([], running(3))) == running(3)


def test_given_a_running_period_when_another_starts_then_it_is_refused() -> None:
    with pytest.raises(Refused, match="already-done"):
        start_period([running(3)], running(5))


def test_given_a_running_period_when_the_person_is_unwell_again_then_it_ends_and_a_new_one_may_begin() -> (
    None
):
    periods = end_period([running(3)], march(5), "met-criteria-again")
    assert start_period(periods, running(8)) == (ended(3, 5), running(8))


def test_given_a_running_period_when_it_ends_before_it_began_then_it_is_refused() -> None:
    with pytest.raises(Refused, match="dates-out-of-order"):
        end_period([running(5)], march(4), "discharged")


def test_given_no_running_period_when_one_ends_then_it_is_refused() -> None:
    with pytest.raises(Refused, match="already-done"):
        end_period([ended(3, 5)], march(6), "discharged")


def test_given_a_period_when_its_date_is_corrected_then_the_others_stay() -> None:
    assert correct_period([ended(3, 5), running(8)], march(8), running(7)) == (ended(3, 5), running(7))


def test_given_a_period_when_it_is_removed_then_it_is_gone() -> None:
    assert correct_period([ended(3, 5), running(8)], march(3), None) == (running(8),)


def test_given_a_correction_that_would_overlap_then_it_is_refused() -> None:
    with pytest.raises(Refused, match="dates-out-of-order"):
        correct_period([ended(3, 5), running(8)], march(8), running(4))


def test_given_a_correction_of_a_period_that_does_not_exist_then_it_is_refused() -> None:
    with pytest.raises(Refused, match="no-such-item"):
        correct_period([running(8)], march(3), None)


def test_given_a_period_after_a_running_one_then_the_order_is_refused() -> None:
    with pytest.raises(Refused, match="dates-out-of-order"):
        in_order([running(3), ended(5, 6)])


def test_given_a_period_that_ends_when_the_next_begins_then_they_do_not_overlap() -> None:
    assert in_order([running(5), ended(3, 5)]) == (ended(3, 5), running(5))


@pytest.mark.parametrize(("day", "begins"), [(3, 7), (7, 7), (9, 9)])
def test_given_periods_that_ended_then_a_new_one_begins_no_earlier_than_the_last_did_end(
    day: int, begins: int
) -> None:
    known = (ended(1, 7), ended(2, 4), running(8))
    assert not_before_the_last(known, march(day)) == march(begins)
    assert not_before_the_last((running(8),), march(day)) == march(day)
