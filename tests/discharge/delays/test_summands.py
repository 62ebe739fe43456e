"""What stays add to the figures, beside the same stays counted one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from discharge.delays.counted import CountedStay, count_stay, sorted_out
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.delays.night_counts import count_delay
from discharge.delays.spans import spans_of
from discharge.delays.stays import Letting, Stay
from discharge.delays.summands import Summands, Total, as_stored, of_ended, of_letting, of_waiting
from discharge.delays.tally import Finished, Tally
from tests.discharge.delays.test_spans import day, periods, reasons


def nights(summands: Summands, what: str, today: date) -> Counter[str]:
    """Nights up to a day by key."""
    found: Counter[str] = Counter()
    for each in summands:
        if each.what == what and each.day < today:
            found[each.key] += each.n * (today - each.day).days
    return +found


def age(summands: Summands, today: date) -> int:
    [run] = [each for each in summands if each.what == "age"]
    end = date.fromisoformat(run.key) if run.key else today
    return max(0, (min(end, today) - run.day).days)


@given(st.lists(periods(), min_size=1, max_size=4), st.lists(reasons(), max_size=5))
def test_given_somebody_who_waits_when_asked_on_any_day_then_what_they_add_is_what_each_night_gives(
    waited: list[ReadyPeriod], why: list[DelayReason]
) -> None:
    summands = of_waiting(spans_of(waited, why))
    for today in map(day, range(41)):
        one_by_one = count_delay(waited, why, today, left=False)
        by_reason = nights(summands, "waited", today)
        assert by_reason.total() == one_by_one.true
        assert by_reason.pop("", 0) == one_by_one.without_reason
        assert by_reason == one_by_one.attributed
        assert nights(summands, "waited-held", today).total() == one_by_one.held
        assert age(summands, today) == one_by_one.published


def added(summands: Summands) -> Finished:
    """The tally of one stay, from what it adds."""

    def spread(what: str) -> Counter[int]:
        return Counter({int(each.key): each.n for each in summands if each.what == what})

    def by_code(what: str) -> Counter[str]:
        return Counter({each.key: each.n for each in summands if each.what == what})

    totals = {each.what: each.n for each in summands if each.what in Total.__args__}
    return Finished(
        stated=spread("stated"), held=spread("held"), back=spread("back"), kinds=by_code("kinds"),
        attributed=by_code("attributed"), **totals,
    )  # fmt: skip


@given(
    st.lists(periods(), max_size=4),
    st.lists(reasons(), max_size=5),
    st.builds(
        dict,
        died=st.booleans(),
        failed=st.booleans(),
        outside=st.integers(0, 3),
        back_after=st.one_of(st.none(), st.integers(0, 29)),
        back_kind=st.sampled_from((None, "emergency", "planned", "unknown")),
    ),
)
def test_given_a_stay_that_ended_when_added_then_it_gives_the_tally_of_that_stay_on_its_last_day(
    waited: list[ReadyPeriod], why: list[DelayReason], ends: dict[str, object]
) -> None:
    given_stay = {"case_id": uuid4(), "periods": waited, "reasons": why, "ended_on": day(35), **ends}
    stay = Stay.model_validate(given_stay)
    count = count_stay(stay, day(35))
    summands = of_ended(stay, count, day(35))
    assert {each.day for each in summands} <= {day(35)}
    assert all(each.n for each in summands)
    tally = Tally().add(sorted_out([CountedStay(stay=stay, count=count)]), ())
    assert added(summands) == tally.finished


def test_given_a_home_let_when_added_then_it_counts_by_its_days_on_the_day_that_it_was_let() -> None:
    let = Letting(case_id=uuid4(), started_on=day(3), let_on=day(10))
    assert as_stored(of_letting(let)) == [["lets", "7", "2026-03-11", 1]]
