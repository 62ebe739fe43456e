"""Whose the ready periods of a case are, and when each stay ended."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.cases.model import Case, CaseSpell, Discharge, Readmission, Strand
from discharge.delays.model import ReadyPeriod
from discharge.delays.night_counts import count_delay
from discharge.delays.stays import Stay, lettings_of, periods_of_this_stay, stays_of


def march(day: int) -> date:
    return date(2026, 3, day)


def period(start: int, end: int | None = None, spell_id: UUID | None = None) -> ReadyPeriod:
    return ReadyPeriod(
        ready_on=march(start),
        ended_on=march(end) if end else None,
        ended_by="discharged" if end else None,
        spell_id=spell_id,
    )


TRUST, FIRST, SECOND = UUID(int=1), UUID(int=2), UUID(int=3)


def spell(spell_id: UUID, admitted: int, discharged: int | None) -> CaseSpell:
    return CaseSpell(
        spell_id=spell_id,
        organisation_id=TRUST,
        status="discharged" if discharged else "admitted",
        admitted_on=march(admitted),
        discharged_on=march(discharged) if discharged else None,
    )


def test_given_a_case_over_two_spells_then_each_is_a_stay_with_its_own_periods() -> None:
    mine = period(3, 7).model_copy(update={"spell_id": FIRST})
    again = period(12).model_copy(update={"spell_id": SECOND})
    case = Case(
        case_id=uuid4(), spells=(spell(FIRST, 1, 7), spell(SECOND, 10, None)), ready_periods=(mine, again)
    )
    stays = stays_of(case)
    assert [(stay.spell_id, stay.ended_on) for stay in stays] == [(FIRST, march(7)), (SECOND, None)]
    assert [stay.periods for stay in stays] == [(mine,), (again,)]


def test_given_a_person_who_is_back_then_it_is_counted_in_its_band_and_as_failed() -> None:
    home = Discharge(
        discharged_on=march(7),
        discharged_at=datetime(2026, 3, 7, 12, tzinfo=UTC),
        told_by="feed",
        spell_id=FIRST,
    )
    back = Readmission(spell_id=SECOND, readmitted_on=march(10), days_after=3)
    case = Case(
        case_id=uuid4(),
        spells=(spell(FIRST, 1, 7), spell(SECOND, 10, None)),
        earlier_discharges=(home,),
        readmissions=(back,),
    )
    stays = stays_of(case)
    assert [(stay.back_after, stay.failed) for stay in stays] == [(3, True), (None, False)]
    assert stays[0].back_kind == "unknown"


def test_given_a_discharge_by_hand_then_the_stay_ends_on_that_day() -> None:
    discharge = Discharge(
        discharged_on=march(7), discharged_at=datetime(2026, 3, 7, 12, tzinfo=UTC), told_by="hand"
    )
    case = Case(
        case_id=uuid4(),
        spells=(spell(FIRST, 1, None),),
        ready_periods=(period(3, 7),),
        discharge=discharge,
    )
    (stay,) = stays_of(case)
    assert (stay.ended_on, stay.periods) == (march(7), case.ready_periods)


@pytest.mark.parametrize("outcome", ["entered-in-error", "merged"])
def test_given_a_case_that_should_not_have_been_then_it_counts_nowhere(outcome: str) -> None:
    case = Case(case_id=uuid4(), spells=(spell(FIRST, 1, 7),), ready_periods=(period(3, 7),), outcome=outcome)
    assert stays_of(case) == []


def test_given_a_referral_that_was_withdrawn_then_it_ends_nobodys_stay() -> None:
    case = Case(case_id=uuid4(), spells=(spell(FIRST, 1, None),), outcome="withdrawn", closed_on=march(9))
    assert [stay.ended_on for stay in stays_of(case)] == [None]


def by_hand(day: int, spell_id: UUID | None = None) -> Discharge:
    at = datetime(2026, 3, day, 12, tzinfo=UTC)
    return Discharge(discharged_on=march(day), discharged_at=at, told_by="hand", spell_id=spell_id)


def delays(stays: list[Stay]) -> list[int]:
    return [
        count_delay(
            stay.periods, stay.reasons, stay.ended_on or march(31), left=stay.ended_on is not None
        ).published
        for stay in stays
    ]


def test_given_a_discharge_of_an_unknown_stay_when_the_person_is_back_then_its_delay_days_stay_with_it() -> (
    None
):
    case = Case(
        case_id=uuid4(),
        spells=(spell(SECOND, 10, None),),
        ready_periods=(period(3, 7), period(12)),
        earlier_discharges=(by_hand(7),),
        readmissions=(Readmission(spell_id=SECOND, readmitted_on=march(10), days_after=3),),
    )
    stays = stays_of(case)
    assert [(stay.spell_id, stay.ended_on) for stay in stays] == [(None, march(7)), (SECOND, None)]
    assert delays(stays) == [4, 19]
    assert periods_of_this_stay(case) == (period(12),)


def test_given_periods_without_a_stay_when_stays_are_known_later_then_each_falls_to_the_one_it_began_in() -> (
    None
):
    case = Case(
        case_id=uuid4(),
        spells=(spell(FIRST, 1, 7), spell(SECOND, 10, None)),
        ready_periods=(period(3, 7), period(12)),
        earlier_discharges=(by_hand(7),),
    )
    assert delays(stays_of(case)) == [4, 19]


def test_given_somebody_back_who_is_not_ready_again_then_this_stay_has_no_wait_of_the_last() -> None:
    case = Case(
        case_id=uuid4(),
        spells=(spell(FIRST, 1, 7), spell(SECOND, 10, None)),
        ready_periods=(period(3, 7, FIRST),),
        earlier_discharges=(by_hand(7, FIRST),),
    )
    assert periods_of_this_stay(case) == ()


def test_given_dates_outside_the_stay_then_they_are_cut_off_and_counted_as_left_out() -> None:
    case = Case(
        case_id=uuid4(),
        spells=(spell(FIRST, 5, 9),),
        ready_periods=(period(2, 12, FIRST),),
        discharge=by_hand(9, FIRST),
    )
    (stay,) = stays_of(case)
    assert [(each.ready_on, each.ended_on) for each in stay.periods] == [(march(5), march(9))]
    assert stay.outside == 3 + 3


def test_given_a_period_that_ended_before_its_stay_began_then_none_of_it_counts() -> None:
    case = Case(case_id=uuid4(), spells=(spell(FIRST, 10, None),), ready_periods=(period(2, 6, FIRST),))
    (stay,) = stays_of(case)
    assert (stay.periods, stay.outside) == ((), 4)


@pytest.mark.parametrize(
    ("method", "kind", "after", "failed"),
    [
        ("21", "emergency", 3, True),
        ("2a", "emergency", 3, True),
        (None, "unknown", 3, True),
        ("E", "unknown", 3, True),
        ("11", "planned", None, False),
        ("13", "planned", None, False),
        ("31", "other", None, False),
        ("81", "other", None, False),
    ],
)
def test_given_a_return_then_only_one_that_was_not_planned_is_a_readmission(
    method: str | None, kind: str, after: int | None, failed: bool
) -> None:
    again = spell(SECOND, 10, None).model_copy(update={"admission_method": method})
    case = Case(
        case_id=uuid4(),
        spells=(spell(FIRST, 1, 7), again),
        earlier_discharges=(by_hand(7, FIRST),),
        readmissions=(Readmission(spell_id=SECOND, readmitted_on=march(10), days_after=3),),
    )
    first = stays_of(case)[0]
    assert (first.back_kind, first.back_after, first.failed) == (kind, after, failed)


@given(st.lists(st.tuples(st.integers(1, 25), st.integers(0, 5)), max_size=6), st.integers(1, 28))
def test_given_any_periods_when_the_person_comes_back_then_no_night_is_lost_or_counted_twice(
    waits: list[tuple[int, int]], left_on: int
) -> None:
    periods = tuple(period(start, start + nights) for start, nights in waits)
    known = Case(
        case_id=uuid4(),
        spells=(spell(FIRST, 1, left_on), spell(SECOND, left_on + 1, None)),
        ready_periods=periods,
        earlier_discharges=(by_hand(left_on),),
    )
    stays = stays_of(known)
    counted = sum(
        (each.ended_on - each.ready_on).days for stay in stays for each in stay.periods if each.ended_on
    )
    assert counted + sum(stay.outside for stay in stays) == sum(nights for _, nights in waits)


def test_given_a_home_that_was_let_then_the_days_from_start_to_letting_are_known() -> None:
    strand = Strand(
        kind="rehousing",
        number=1,
        item="social-home",
        started_on=march(3),
        owner_role="coordinator",
        property_id=uuid4(),
        steps={"let": march(20)},
    )
    case = Case(case_id=uuid4(), strands={strand.key: strand})
    assert [letting.days for letting in lettings_of(case)] == [17]
