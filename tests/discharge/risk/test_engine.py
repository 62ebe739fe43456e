"""The next check is never late: until then, findings change only when facts do."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from discharge.clocks import london_midnight
from discharge.risk.engine import evaluate, next_check
from discharge.risk.facts import Equipment, FactAnswer, Owed, RiskFacts, Unready, Work

days = st.dates(date(2026, 3, 15), date(2026, 4, 20))
maybe_day = st.none() | days
answers = st.builds(FactAnswer, value=st.sampled_from(["yes", "no", "unknown"]), mitigated=st.booleans())
instants = st.integers(0, 60 * 24 * 60).map(lambda n: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=n))
every_fact = st.builds(
    RiskFacts,
    open=st.sampled_from([True, True, True, False]),
    in_hospital=st.booleans(),
    in_community=st.booleans(),
    referred_on=maybe_day,
    safe_address=answers,
    heating=answers,
    water=answers,
    power=answers,
    equipment=st.lists(
        st.builds(
            Equipment, key=st.sampled_from("ab"), item=st.just("bed"), due_on=maybe_day, fitted_on=maybe_day
        ),
        max_size=2,
    ).map(tuple),
    homeless=st.sampled_from(["yes", "no", "unknown"]),
    flagged_on=maybe_day,
    duty_to_refer_on=maybe_day,
    ready_on=maybe_day,
    expected_discharge_on=maybe_day,
    check_started_on=maybe_day,
    check_completed_on=maybe_day,
    needed_by=maybe_day,
    works=st.lists(
        st.builds(
            Work,
            key=st.just("adaptation/1"),
            item=st.just("ramp"),
            due_on=maybe_day,
            started_on=maybe_day,
            lead_days=st.none() | st.integers(0, 30),
        ),
        max_size=2,
    ).map(tuple),
    overdue=st.lists(
        st.builds(Work, key=st.just("adaptation/1"), item=st.just("ramp"), due_on=days), max_size=1
    ).map(tuple),
    arrival_on=maybe_day,
    home_ready_on=maybe_day,
    unready=st.none()
    | st.builds(
        Unready, left_on=days, blockers=st.just(("heating: no",)), reason=st.sampled_from([None, "other"])
    ),
    owed=st.lists(
        st.builds(
            Owed,
            key=st.sampled_from(["no-heating/1", "fell/1"]),
            rule=st.sampled_from(["problem-at-home", "no-contact-after-discharge", "left-by-own-decision"]),
            what=st.just("There is no heating"),
            urgent=st.booleans(),
            opened_at=instants,
            due_at=instants,
        ),
        max_size=2,
    ).map(tuple),
)


@given(every_fact, instants, st.floats(0, 0.999))
def test_given_any_facts_then_between_now_and_the_next_check_no_finding_changes(
    facts: RiskFacts, now: datetime, part: float
) -> None:
    check = next_check(facts, now)
    horizon = check or now + timedelta(days=400)
    assert evaluate(facts, now + (horizon - now) * part) == evaluate(facts, now)


@given(every_fact, instants)
def test_given_any_facts_then_checks_move_forward_and_end(facts: RiskFacts, now: datetime) -> None:
    seen = 0
    while (check := next_check(facts, now)) is not None:
        assert check > now
        now, seen = check, seen + 1
        assert seen < 40


@given(every_fact, instants)
def test_given_any_facts_then_a_finding_is_told_once_and_holds_no_gap_in_its_words(
    facts: RiskFacts, now: datetime
) -> None:
    for finding in evaluate(facts, now):
        assert "{" not in finding.fact
        assert "None" not in finding.fact + finding.threshold
        assert finding.threshold
        assert finding.source


def test_given_a_delay_then_the_next_check_is_the_next_threshold_at_london_midnight() -> None:
    yes = FactAnswer(value="yes")
    facts = RiskFacts(
        safe_address=yes,
        heating=yes,
        water=yes,
        power=yes,
        check_completed_on=date(2026, 3, 20),
        ready_on=date(2026, 3, 25),
    )
    now = datetime(2026, 3, 26, 9, tzinfo=UTC)
    assert (
        next_check(facts, now) == london_midnight(date(2026, 4, 1)) == datetime(2026, 3, 31, 23, tzinfo=UTC)
    )


def test_given_nothing_that_time_alone_can_change_then_there_is_no_next_check() -> None:
    assert next_check(RiskFacts(), datetime(2026, 3, 26, 9, tzinfo=UTC)) is None
    assert next_check(RiskFacts(open=False), datetime(2026, 3, 26, 9, tzinfo=UTC)) is None
