"""The registry of clocks: what it says today, and that a row is all that a further clock needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.calendar import Nation, is_working_day
from discharge.cases.decide import DECIDERS
from discharge.cases.events import FollowUpScheduled
from discharge.cases.follow_ups import contact_words, schedule
from discharge.cases.model import Alert
from discharge.clocks import london_date, london_midnight
from discharge.clocks.registry import CLOCKS, Clock, clock, clock_from
from discharge.durations import Duration
from discharge.reference.files import DataInvalid
from discharge.reference.policy import Book, Policy, policy_on, put_in_force
from discharge.reference.site import Override
from discharge.risk.alerts import escalation_of
from tests.discharge.cases.stories import CASE, after, envelope, leaves, noon, refer
from tests.fixtures.site_rows import site_change

LEFT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
POLICY = policy_on(LEFT.date())


@pytest.fixture
def in_force() -> Iterator[None]:
    yield
    put_in_force(())


def site(**rows: object) -> Override:
    return site_change("clocks", date(2026, 3, 2), **rows)


SIX_WEEKS = {
    "label": "Contact at 6 weeks",
    "starts_on": ["person-discharged"],
    "length": "6 weeks",
    "stops": ["contact-recorded"],
    "breach": "contact-missed",
}


def test_given_a_discharge_then_contacts_are_owed_to_the_minute() -> None:
    owed = {each.key: each.due_at - LEFT for each in schedule(LEFT, policy_on(LEFT.date()))}
    days = {"24-hours": 1, "72-hours": 3, "7-days": 7, "14-days": 14, "28-days": 28}
    assert owed.items() >= {key: timedelta(days=number) for key, number in days.items()}.items()
    assert schedule(LEFT, POLICY, {"self-discharged"})[0].key == "welfare"


def test_given_one_row_more_then_one_contact_more_is_owed_by_who_leaves_from_then_on(in_force: None) -> None:
    put_in_force([site(six_weeks=SIX_WEEKS)])
    from_then_on, before = (
        {each.key for each in schedule(left, policy_on(LEFT.date()))}
        for left in (LEFT, LEFT - timedelta(days=1))
    )
    assert from_then_on - before == {"six-weeks"}
    assert contact_words("six-weeks") == "Contact at 6 weeks"


def test_given_a_length_that_changes_then_what_began_before_keeps_its_own(in_force: None) -> None:
    put_in_force([site(alert_red={"length": "1 hours", "repeat": "2 hours"})])
    said = {"rule": "lead-time-too-long", "level": "RED", "owner_role": "coordinator", "alert_id": CASE}
    said |= dict.fromkeys(("subject", "fact", "threshold", "source"), "")
    before, after = (
        Alert.model_validate(said | {"raised_at": at}) for at in (LEFT - timedelta(days=1), LEFT)
    )
    due = [escalation_of(each) for each in (before, after)]
    assert [each.due_at for each in due if each] == [LEFT, LEFT + timedelta(hours=1)]
    climbed = after.model_copy(update={"escalated_at": LEFT + timedelta(hours=1), "escalations": 1})
    again = escalation_of(climbed)
    assert again is not None
    assert again.due_at == LEFT + timedelta(hours=3)


def test_given_a_level_that_starts_another_clock_then_alerts_that_rang_before_keep_theirs(
    in_force: None,
) -> None:
    put_in_force([site_change("alert-levels", LEFT.date(), RED={"clock": "alert-harm-today"})])
    said = {"rule": "lead-time-too-long", "level": "RED", "owner_role": "coordinator", "alert_id": CASE}
    said |= dict.fromkeys(("subject", "fact", "threshold", "source"), "")
    rang = [LEFT - timedelta(days=1), LEFT]
    due = [escalation_of(Alert.model_validate(said | {"raised_at": at})) for at in rang]
    assert [each.due_at - at for each, at in zip(due, rang, strict=True) if each] == [
        timedelta(hours=24),
        timedelta(hours=4),
    ]
    unknown = Alert.model_validate(said | {"raised_at": LEFT, "level": "PURPLE"})
    assert escalation_of(unknown) is None, "a level of a newer build starts no clock that we know"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            {"RED": {"clock": "alert-rad"}},
            r"rows\.RED\.clock: 'alert-rad' is not a clock - did you mean alert-red",
        ),
        (
            {"PINK": {"label": "Pink", "meaning": "Look twice.", "clock": "alert-red"}},
            r"rows\.PINK: is not a level - choose from STOP",
        ),
    ],
)
def test_given_a_level_that_cannot_be_used_then_file_key_and_mend_are_named(
    row: dict[str, object], fault: str
) -> None:
    with pytest.raises(DataInvalid, match=rf"ours\.yaml: {fault}"):
        site_change("alert-levels", LEFT.date(), **row)


def test_given_an_event_that_is_none_then_the_nearest_is_named() -> None:
    with pytest.raises(DataInvalid, match=r"six-weeks\.stops: .* did you mean contact-recorded\?"):
        site(six_weeks={**SIX_WEEKS, "stops": ["contact-recorder"]})


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            {"offer_answer": {"warn": "3 working days"}},
            r"offer-answer\.warn: .* write less than 2 working days",
        ),
        ({"offer_answer": {"warn": "0 hours"}}, r"offer-answer\.warn: is not between"),
        ({"alert_red": {"warn": "1 hour"}}, r"alert-red\.warn: nothing warns of alert-escalated"),
    ],
)
def test_given_a_warning_that_nothing_gives_then_file_key_and_mend_are_named(
    row: dict[str, object], fault: str
) -> None:
    with pytest.raises(DataInvalid, match=rf"ours\.yaml: rows\.{fault}"):
        site(**row)


@given(st.integers(1, 24), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001
def test_given_any_end_then_a_warning_in_hours_comes_so_many_hours_before_it(
    hours: int, at: datetime
) -> None:
    due = at.replace(tzinfo=UTC)
    row = replace(clock("request-answer", due.date(), POLICY), warn=Duration(amount=hours, unit="hours"))
    assert row.warns_at(due) == due - timedelta(hours=hours)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(1, 10))
def test_given_any_last_day_then_so_many_working_days_are_left_from_the_warning_on(
    last: date, days: int
) -> None:
    """Bank holidays and the days on which clocks change among them."""
    ends = london_midnight(last + timedelta(days=1))
    row = replace(clock("offer-answer", last, POLICY), warn=Duration(amount=days, unit="working-days"))
    warned = row.warns_at(ends)
    assert warned is not None
    first = london_date(warned)
    assert warned == london_midnight(first)
    between = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    left = sum(is_working_day(day) for day in between) + (not is_working_day(last))
    assert left == days


def test_given_the_clocks_then_each_names_its_source_and_offers_skip_the_weekend() -> None:
    assert all(row.source for row in policy_on(LEFT.date())[CLOCKS].values())
    assert clock("offer-answer", date(2026, 3, 6), POLICY).length.after(date(2026, 3, 6)) == date(2026, 3, 10)
    assert clock_from("request-answer", LEFT, POLICY) == LEFT + timedelta(hours=24)


def test_given_a_policy_that_is_only_tried_then_deciders_go_by_it_and_not_by_what_is_in_force() -> None:
    rows = site(six_weeks=SIX_WEEKS, offer_answer={"length": "3 working days in Scotland"})
    tried, friday = Policy(Book((rows,)), LEFT.date()), date(2026, 11, 27)
    assert clock("offer-answer", friday, tried).length.after(friday) == date(2026, 12, 3)
    case, leaving = after((0, refer())), envelope(leaves(), 3)
    owed = [
        [
            event.follow_up.key
            for event in DECIDERS["confirm-discharge"](case, leaving, noon(3), policy)
            if isinstance(event, FollowUpScheduled)
        ]
        for policy in (POLICY, tried)
    ]
    assert [key for key in owed[1] if key not in owed[0]] == ["six-weeks"]


def test_given_somebody_who_lives_alone_then_food_and_heating_are_asked_about_on_the_second_day() -> None:
    alone = {each.key: each.due_at - LEFT for each in schedule(LEFT, POLICY, {"lives-alone"})}
    assert alone["48-hours"] == timedelta(hours=48)
    asked = after((0, refer(lives_alone="yes")), (3, leaves()))
    assert asked.follow_ups.keys() - {each.key for each in schedule(LEFT, POLICY)} == {"48-hours"}


def test_given_a_clock_that_starts_on_another_event_then_a_discharge_owes_no_contact_by_it(
    in_force: None,
) -> None:
    put_in_force([site(after_a_let=SIX_WEEKS | {"starts_on": ["property-let"]})])
    assert "after-a-let" not in {each.key for each in schedule(LEFT, policy_on(LEFT.date()))}


PAUSED = {"begins_on": ["action-opened"], "ends_on": ["action-answered"]}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            {"alert_red": {"pauses": PAUSED}},
            r"alert-red\.pauses: nothing that ends in alert-escalated stands still",
        ),
        (
            {"offer_answer": {"frozen_by": ["home-lost"]}},
            r"offer-answer\.frozen_by: nothing that ends in offer-lapsed",
        ),
        (
            {"7_days": {"pauses": {**PAUSED, "ends_on": ["action-answer"]}}},
            r"7-days\.pauses\.ends_on: 'action-answer' is not an event of a case - did you mean action-ans",
        ),
        ({"7_days": {"frozen_by": ["case-close"]}}, r"7-days\.frozen_by: .* did you mean case-closed"),
    ],
)
def test_given_a_pause_that_cannot_be_then_file_key_and_mend_are_named(
    row: dict[str, object], fault: str
) -> None:
    with pytest.raises(DataInvalid, match=rf"ours\.yaml: rows\.{fault}"):
        site(**row)


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
HOURS = st.integers(0, 24 * 40)
LENGTHS = st.sampled_from(["30 hours", "9 days", "6 working days", "6 working days in Scotland", "1 month"])


def paused(length: str) -> Clock:
    return replace(clock("7-days", date(2026, 3, 2), POLICY), length=Duration.model_validate(length))


@given(INSTANTS, HOURS, HOURS, st.sampled_from(["30 hours", "9 days"]))
def test_given_a_clock_of_hours_or_days_that_stands_still_so_many_hours_then_it_ends_so_many_later(
    start: datetime, after: int, still: int, length: str
) -> None:
    """Also over the nights on which clocks change: an hour is an hour."""
    row = paused(length)
    due, since = row.due_at(start), start + timedelta(hours=after)
    late = timedelta(hours=still if since < due else 0)
    assert row.later(start, due, since, since + timedelta(hours=still)) == due + late


@given(INSTANTS, HOURS, HOURS, LENGTHS)
def test_given_any_clock_that_stands_still_then_it_never_ends_earlier_and_in_two_parts_as_in_one(
    start: datetime, after: int, still: int, length: str
) -> None:
    row = paused(length)
    due, since = row.due_at(start), start + timedelta(hours=after)
    half, until = since + timedelta(hours=still // 2), since + timedelta(hours=still)
    whole = row.later(start, due, since, until)
    assert whole >= due
    assert row.later(start, row.later(start, due, since, half), half, until) == whole


@given(INSTANTS, HOURS, HOURS, st.sampled_from(["england", "scotland", "wales"]))
def test_given_a_clock_of_working_days_that_stands_still_then_it_runs_on_so_many_working_days(
    start: datetime, after: int, still: int, nation: Nation
) -> None:
    """Counted by hand: a working day counts if the clock runs when it ends. Bank holidays are among them."""
    row = replace(paused("9 days"), length=Duration(amount=6, unit="working-days", nation=nation))
    due, since = row.due_at(start), start + timedelta(hours=after)
    until, day, ran = since + timedelta(hours=still), london_date(start), 0
    while ran < 6:
        day += timedelta(days=1)
        stood = since < london_midnight(day + timedelta(days=1)) <= until
        ran += is_working_day(day, nation) and not stood
    assert row.later(start, due, since, until) == london_midnight(day + timedelta(days=1))
