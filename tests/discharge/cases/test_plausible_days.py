"""Days that nobody can mean are refused by their field, wherever they are said."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from discharge.cases.commands import CorrectReadyPeriod, RecordContact, StartStrand
from discharge.cases.plausible_days import require_plausible
from discharge.errors import Refused

TODAY = date(2026, 3, 2)


def test_given_days_that_cannot_be_meant_when_said_then_each_is_refused_by_its_field() -> None:
    period = CorrectReadyPeriod(replaces=date(1899, 3, 1), ready_on=TODAY, ended_on=date(2999, 3, 1))
    with pytest.raises(Refused) as refused:
        require_plausible(TODAY, {"effective_on": date(2206, 3, 2)}, period)
    found = (refused.value, *refused.value.others)
    assert [(each.code, each.where) for each in found] == [
        ("date-implausible", each) for each in ("effective_on", "replaces", "ended_on")
    ]
    assert found[0].detail == "from 2016-03-01 to 2031-03-02"


def test_given_an_instant_that_cannot_be_meant_when_said_then_it_is_refused() -> None:
    contact = RecordContact(
        follow_up="48-hours", outcome="well", contacted_at=datetime(1926, 3, 2, 9, tzinfo=UTC)
    )
    with pytest.raises(Refused, match="date-implausible at contacted_at"):
        require_plausible(TODAY, contact)


@pytest.mark.parametrize("born", [date(1066, 1, 1), date(2026, 3, 3)])
def test_given_a_birth_that_cannot_be_when_said_then_it_is_refused(born: date) -> None:
    with pytest.raises(Refused, match="date-implausible at birth_date"):
        require_plausible(TODAY, {"birth_date": born})


@pytest.mark.parametrize("due", [date(2016, 3, 2), TODAY, date(2031, 3, 2), None])
def test_given_days_that_may_be_meant_when_said_then_none_is_refused(due: date | None) -> None:
    require_plausible(TODAY, StartStrand(strand_kind="equipment", item="bed", due_on=due))
    require_plausible(TODAY, {"birth_date": date(1911, 1, 1)})
