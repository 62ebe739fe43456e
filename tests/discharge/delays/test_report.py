"""The bed-days report against a calculation by hand."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.cases.model import Case, CaseSpell, Discharge, Readmission, Strand, StrandKind
from discharge.delays.definitions import DEFINITIONS
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.delays.released import counterfactual
from discharge.delays.report import BedDaysReport, Stay, bed_days_report, percentile, stays_of


def march(day: int) -> date:
    return date(2026, 3, day)


def reason(code: str, start: int) -> DelayReason:
    return DelayReason(
        reason_id=uuid4(), kind="national", code=code, owner_role="council", from_on=march(start)
    )


def period(start: int, end: int | None = None) -> ReadyPeriod:
    return ReadyPeriod(
        ready_on=march(start), ended_on=march(end) if end else None, ended_by="discharged" if end else None
    )


def left(start: int, end: int, **more: object) -> Stay:
    stay = Stay(case_id=uuid4(), periods=(period(start, end),), ended_on=march(end))
    return stay.model_copy(update=more)


SAME_DAY = left(3, 3)
FOUR_DAYS = left(3, 7, reasons=(reason("CA10", 4),))
TWENTY_DAYS = left(2, 22, rehoused=True, reasons=(reason("CA11", 2),))
UNWELL_AGAIN = Stay(
    case_id=uuid4(),
    periods=(
        ReadyPeriod(ready_on=march(3), ended_on=march(5), ended_by="met-criteria-again"),
        period(8, 9),
    ),
    ended_on=march(9),
)
BLANK = Stay(case_id=uuid4(), ended_on=march(12))
DIED = left(3, 8, died=True)
LAST_MONTH = Stay(
    case_id=uuid4(),
    periods=(ReadyPeriod(ready_on=date(2026, 2, 1), ended_on=date(2026, 2, 9), ended_by="discharged"),),
    ended_on=date(2026, 2, 9),
)
WAITING = Stay(case_id=uuid4(), periods=(period(10),), reasons=(reason("CA9", 12),))
ALL = [SAME_DAY, FOUR_DAYS, TWENTY_DAYS, UNWELL_AGAIN, BLANK, DIED, LAST_MONTH, WAITING]


def report(against: str = "none", stays: list[Stay] | None = None) -> BedDaysReport:
    return bed_days_report(stays or ALL, march(1), march(31), march(24), counterfactual(against))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("discharges", 5),
        ("same-day", 2),
        ("delayed", 3),
        ("percent-delayed", 60.0),
        ("published-days", 0 + 4 + 20 + 1 + 0),
        ("true-days", 0 + 4 + 20 + 3),
        ("mean-with-zeros", 5.0),
        ("mean-without-zeros", 8.33),
        ("median", 1),
        ("ninetieth", 20),
        ("assumed", 1),
        ("without-reason", 1 + 3),
        ("died-days", 5),
    ],
)
def test_given_stays_that_ended_then_each_figure_is_what_a_hand_calculation_gives(
    key: str, value: float
) -> None:
    assert report().finished.value(key) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("waiting", 1),
        ("waiting-days", 14),
        ("waiting-true-days", 14),
        ("waiting-median", 14),
        ("waiting-ninetieth", 14),
        ("waiting-without-reason", 2),
    ],
)
def test_given_somebody_who_waits_then_they_are_counted_apart(key: str, value: float) -> None:
    assert report().waiting.value(key) == value


def test_given_stays_that_ended_then_they_fall_into_the_national_bands() -> None:
    bands = {"0": 2, "1": 1, "2-3": 0, "4-6": 1, "7-13": 0, "14-20": 1, "21+": 0}
    assert report().finished.bands == bands


def test_given_reasons_then_the_nights_are_attributed_with_the_most_first() -> None:
    found = [(row.code, row.nights, row.housing) for row in report().finished.reasons]
    assert found == [("CA11", 20, True), ("CA10", 3, True)]
    assert [(row.code, row.nights) for row in report().waiting.reasons] == [("CA9", 12)]


@pytest.mark.parametrize(
    ("against", "value"), [("none", None), ("register-average", 109), ("fixed:30", 30 + 26 + 10 + 27)]
)
def test_given_a_comparison_then_bed_days_are_released_for_those_it_applies_to(
    against: str, value: float | None
) -> None:
    found = report(against)
    assert found.released.value == value
    assert found.counterfactual.source


def test_given_the_report_then_every_figure_carries_its_definition() -> None:
    found = report()
    figures = [*found.finished.figures, *found.waiting.figures, found.released]
    assert {figure.key for figure in figures} == set(DEFINITIONS)
    assert all(figure.definition.endswith(".") and figure.label for figure in figures)


def test_given_nobody_then_counts_are_zero_and_averages_cannot_be_known() -> None:
    empty = bed_days_report([], march(1), march(31), march(24), counterfactual("none"))
    assert empty.finished.value("published-days") == 0
    assert empty.finished.value("mean-with-zeros") is None
    assert empty.finished.value("percent-delayed") is None


def test_given_numbers_then_a_percentile_is_one_of_them() -> None:
    assert percentile(list(range(1, 11)), 90) == 9
    assert percentile([5], 90) == 5
    assert percentile([], 90) is None


@given(st.lists(st.tuples(st.integers(1, 15), st.integers(0, 15)), min_size=1, max_size=20))
def test_given_any_stays_then_bands_add_up_to_discharges_and_days_to_reasons(
    waits: list[tuple[int, int]],
) -> None:
    stays = [left(start, start + nights, reasons=(reason("CA9", 1),)) for start, nights in waits]
    finished = report(stays=stays).finished
    assert sum(finished.bands.values()) == finished.value("discharges") == len(waits)
    assert sum(row.nights for row in finished.reasons) == finished.value("true-days")


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
    finished = report(stays=[*stays, SAME_DAY, left(3, 4, back_after=29)]).finished
    keys = ("discharges", "readmitted", "back-0-2", "back-3-7", "back-8-29", "failed")
    assert [finished.value(key) for key in keys] == [3, 2, 0, 1, 1, 1]


def test_given_a_discharge_by_hand_then_the_stay_ends_on_that_day() -> None:
    discharge = Discharge(
        discharged_on=march(7), discharged_at=datetime(2026, 3, 7, 12, tzinfo=UTC), told_by="hand"
    )
    strand = Strand(
        kind=StrandKind.REHOUSING,
        number=1,
        item="x",
        started_on=march(3),
        owner_role="coordinator",
        property_id=uuid4(),
    )
    case = Case(
        case_id=uuid4(),
        spells=(spell(FIRST, 1, None),),
        ready_periods=(period(3, 7),),
        discharge=discharge,
        strands={strand.key: strand},
    )
    (stay,) = stays_of(case)
    assert (stay.ended_on, stay.periods, stay.rehoused) == (march(7), case.ready_periods, True)


@pytest.mark.parametrize("outcome", ["entered-in-error", "merged"])
def test_given_a_case_that_should_not_have_been_then_it_counts_nowhere(outcome: str) -> None:
    case = Case(case_id=uuid4(), spells=(spell(FIRST, 1, 7),), ready_periods=(period(3, 7),), outcome=outcome)
    assert stays_of(case) == []


def test_given_a_referral_that_was_withdrawn_then_it_ends_nobodys_stay() -> None:
    case = Case(case_id=uuid4(), spells=(spell(FIRST, 1, None),), outcome="withdrawn", closed_on=march(9))
    assert [stay.ended_on for stay in stays_of(case)] == [None]
