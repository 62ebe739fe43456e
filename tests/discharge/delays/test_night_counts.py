"""Nights of delay: published, true and attributed."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.delays.model import DelayReason, EndedBy, ReadyPeriod
from discharge.delays.night_counts import (
    attributed_days,
    count_delay,
    delay_assumed,
    nights_without_reason,
    published_delay_days,
    reasons_at_midnight,
    true_delay_days,
)

OWNER = UUID("00000000-0000-4000-8000-000000000001")
AGAIN: EndedBy = "met-criteria-again"
DAY = timedelta(days=1)


def march(day: int) -> date:
    return date(2026, 3, day)


def ready(start: int, end: int | None = None, by: EndedBy | None = "discharged") -> ReadyPeriod:
    ended_on = march(end) if end else None
    return ReadyPeriod(ready_on=march(start), ended_on=ended_on, ended_by=by if end else None)


def reason(code: str, start: int, end: int | None = None, kind: str = "national") -> DelayReason:
    return DelayReason.model_validate(
        {
            "reason_id": uuid4(),
            "kind": kind,
            "code": code,
            "owner_organisation_id": OWNER,
            "owner_role": "landlord",
            "from_on": march(start),
            "to_on": march(end) if end else None,
        }
    )


def test_given_somebody_who_leaves_on_the_day_they_are_ready_then_there_is_no_delay() -> None:
    periods = [ready(3, 3)]
    assert published_delay_days(periods, march(3)) == 0
    assert true_delay_days(periods, march(3), left=True) == 0
    assert not delay_assumed(periods, left=True)


def test_given_somebody_ready_on_3_march_who_leaves_on_7_march_then_both_are_4() -> None:
    periods = [ready(3, 7)]
    assert published_delay_days(periods, march(7)) == 4
    assert true_delay_days(periods, march(7), left=True) == 4


def test_given_somebody_unwell_again_in_between_then_published_is_1_and_true_is_3() -> None:
    periods = [ready(3, 5, AGAIN), ready(8, 9)]
    assert published_delay_days(periods, march(9)) == 1
    assert true_delay_days(periods, march(9), left=True) == 3


def test_given_no_ready_date_and_they_left_then_published_is_an_assumed_0_and_true_unknown() -> None:
    assert published_delay_days([], march(9)) == 0
    assert delay_assumed([], left=True)
    assert true_delay_days([], march(9), left=True) is None


def test_given_somebody_still_in_bed_then_both_are_7_so_far() -> None:
    count = count_delay([ready(3)], [], march(10), left=False)
    assert (count.published, count.true, count.so_far, count.assumed) == (7, 7, True, False)


def test_given_somebody_who_met_the_criteria_again_and_left_then_the_nights_after_are_no_delay() -> None:
    count = count_delay([ready(3, 5, AGAIN)], [], march(9), left=True)
    assert (count.published, count.true, count.assumed) == (0, 2, True)


def test_given_somebody_not_ready_yet_then_nothing_is_assumed() -> None:
    count = count_delay([], [], march(9), left=False)
    assert (count.published, count.true, count.assumed) == (0, 0, False)


def test_given_a_night_when_the_clocks_go_forward_then_it_is_one_night() -> None:
    assert published_delay_days([ReadyPeriod(ready_on=march(28))], march(30)) == 2


def test_given_a_reason_for_part_of_the_wait_then_only_its_midnights_are_attributed() -> None:
    periods = [ready(3, 9)]
    reasons = [reason("CA10", 4, 6), reason("CA9", 6)]
    assert attributed_days(periods, reasons, march(9)) == {"CA10": 2, "CA9": 3}
    assert nights_without_reason(periods, reasons, march(9)) == [march(3)]


def test_given_a_reason_while_the_person_was_unwell_then_those_nights_are_not_attributed() -> None:
    periods = [ready(3, 5, AGAIN), ready(8, 9)]
    assert attributed_days(periods, [reason("CA11", 3)], march(9)) == {"CA11": 3}


def test_given_a_reason_of_one_day_then_it_has_no_midnight() -> None:
    assert attributed_days([ready(3, 9)], [reason("CA10", 4, 4)], march(9)) == {}


def test_given_several_local_reasons_then_each_has_its_nights() -> None:
    reasons = [reason("repairs", 3, 6, "local"), reason("keys-access", 5, None, "local"), reason("CA9", 3)]
    assert attributed_days([ready(3, 8)], reasons, march(8), "local") == {"repairs": 3, "keys-access": 3}


def test_given_two_national_reasons_at_one_midnight_then_the_later_one_counts() -> None:
    assert reasons_at_midnight([reason("CA9", 5), reason("CA10", 3)], march(6), "national") == ("CA9",)


offsets = st.integers(0, 60)


@st.composite
def waits(draw: st.DrawFn) -> tuple[list[ReadyPeriod], list[DelayReason], date]:
    """A stay with up to three ready periods in order, reasons at any time, and the day it ended."""
    marks = sorted(draw(st.lists(offsets, min_size=2, max_size=6)))
    first = draw(st.dates(date(2026, 3, 20), date(2026, 10, 20)))
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    periods = [
        ReadyPeriod(ready_on=first + DAY * start, ended_on=first + DAY * end, ended_by=AGAIN)
        for start, end in pairs
    ]
    until = first + DAY * (pairs[-1][1] + draw(st.integers(0, 5)))
    if draw(st.booleans()):
        periods[-1] = ReadyPeriod(ready_on=periods[-1].ready_on)
    codes = draw(st.lists(st.sampled_from(["CA9", "CA10", "WC4", "IP9"]), max_size=4))
    reasons = [
        DelayReason(
            reason_id=uuid4(),
            kind="national",
            code=code,
            owner_role="council",
            from_on=(start := first + DAY * draw(offsets)),
            to_on=draw(st.none() | st.integers(0, 40).map(lambda n, start=start: start + DAY * n)),
        )
        for code in codes
    ]
    return periods, reasons, until


@given(waits(), st.booleans())
def test_given_any_wait_then_attributed_and_unexplained_nights_add_up_to_the_true_delay(
    wait: tuple[list[ReadyPeriod], list[DelayReason], date], left: bool
) -> None:
    periods, reasons, until = wait
    count = count_delay(periods, reasons, until, left=left)
    assert sum(count.attributed.values()) + count.without_reason == count.true


@given(waits())
def test_given_any_wait_then_no_count_is_negative_and_published_never_exceeds_true(
    wait: tuple[list[ReadyPeriod], list[DelayReason], date],
) -> None:
    periods, _, until = wait
    true = true_delay_days(periods, until, left=True)
    assert true is not None
    assert 0 <= published_delay_days(periods, until) <= true


@given(waits(), st.integers(1, 30))
def test_given_a_wait_that_runs_on_then_each_day_adds_one_night(
    wait: tuple[list[ReadyPeriod], list[DelayReason], date], more: int
) -> None:
    periods, _, until = wait
    running = [period for period in periods if period.ended_on is None]
    now = true_delay_days(periods, until, left=False)
    later = true_delay_days(periods, until + DAY * more, left=False)
    assert now is not None
    assert later == now + (more if running else 0)


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24)])
def test_given_either_clock_change_then_the_nights_around_it_are_three(day: date) -> None:
    period = ReadyPeriod(ready_on=day, ended_on=day + DAY * 3, ended_by="discharged")
    assert true_delay_days([period], day + DAY * 3, left=True) == 3
