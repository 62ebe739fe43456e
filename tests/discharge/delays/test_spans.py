"""Nights as runs that are alike, beside the same nights counted one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.delays.night_counts import count_delay
from discharge.delays.spans import count_spans, spans_of

FIRST = date(2026, 3, 1)
NATIONAL, LOCAL = ("WC4", "CA10", "HP5"), ("adaptation-minor", "home-visit-waiting")


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@st.composite
def periods(draw: Callable[..., int]) -> ReadyPeriod:
    begun = draw(st.integers(0, 20))
    ended = draw(st.one_of(st.none(), st.integers(begun, 30)))
    by = draw(st.sampled_from(("discharged", "met-criteria-again"))) if ended is not None else None
    return ReadyPeriod.model_validate(
        {"ready_on": day(begun), "ended_on": None if ended is None else day(ended), "ended_by": by}
    )


@st.composite
def reasons(draw: Callable[..., int]) -> DelayReason:
    kind = draw(st.sampled_from(("national", "local")))
    begun = draw(st.integers(0, 30))
    ended = draw(st.one_of(st.none(), st.integers(begun, 32)))
    return DelayReason.model_validate(
        {
            "reason_id": UUID(int=draw(st.integers(1, 10_000))),
            "kind": kind,
            "code": draw(st.sampled_from(NATIONAL if kind == "national" else LOCAL)),
            "owner_role": "council",
            "from_on": day(begun),
            "to_on": None if ended is None else day(ended),
        }
    )


@given(st.lists(periods(), max_size=4), st.lists(reasons(), max_size=5), st.integers(0, 40))
def test_given_any_periods_and_reasons_when_runs_are_added_up_then_they_give_what_each_night_gives(
    waited: list[ReadyPeriod], why: list[DelayReason], today: int
) -> None:
    one_by_one = count_delay(waited, why, day(today), left=False)
    assert count_spans(spans_of(waited, why), day(today)) == one_by_one
