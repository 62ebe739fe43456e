"""The clocks of safety are data: of the day on which something began, and each of them is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from discharge.reference.files import DataInvalid
from discharge.reference.policy import policy_on, put_in_force
from discharge.reference.site import parse_override
from housing_checks.safety.clocks import asked_alone_in_time, running
from housing_checks.safety.events import MaracDecided, QuestionsAnswered, ReviewSet, SafetyEvent, evolve
from housing_checks.safety.model import NO_ANNEX, Annex, MaracReferral, SafetyAnswers, Stamp

CHANGES_ON = date(2026, 4, 1)
BEFORE, AFTER = date(2026, 3, 30), date(2026, 4, 3)


def override(rows: object) -> bytes:
    said = {
        "changes": "safety-clocks",
        "edition": "ours",
        "effective_from": CHANGES_ON.isoformat(),
        "decided_by": "J. Doe",
        "decided_on": "2026-03-20",
        "reason": "Decided by the board",
        "rows": rows,
    }
    return json.dumps(said).encode()


@pytest.fixture
def shorter_from_april() -> Iterator[None]:
    rows = {
        "marac": {"length": "2 hours"},
        "review": {"length": "3 days"},
        "ask-alone": {"holds_for": "1 day"},
    }
    put_in_force([parse_override("ours.yaml", override(rows))])
    yield
    put_in_force(())


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def annex(day: date, event: SafetyEvent) -> Annex:
    return evolve(NO_ANNEX, event, Stamp(at=at(day), in_hospital=False))


@pytest.mark.parametrize(("day", "hours", "days"), [(BEFORE, 24, 0), (AFTER, 2, 3)])
def test_given_other_lengths_from_a_day_then_what_began_before_keeps_those_of_its_own_day(
    shorter_from_april: None, day: date, hours: int, days: int
) -> None:
    policy = policy_on(AFTER if day == BEFORE else BEFORE)
    referral = MaracReferral(basis="judgement", consent="given", decided_on=day)
    sent_by = running(annex(day, MaracDecided(referral=referral)), policy)["marac"]
    assert sent_by == at(day) + timedelta(hours=hours)
    reviewed_by = running(annex(BEFORE, ReviewSet(review_on=day)), policy)["review"]
    assert reviewed_by.astimezone(UTC).date() == day + timedelta(days=days)


@pytest.mark.parametrize(("told", "counts"), [(BEFORE, True), (AFTER, False)])
def test_given_a_shorter_time_for_which_being_asked_alone_counts_then_it_is_that_of_the_day_it_was_told(
    shorter_from_april: None, told: date, counts: bool
) -> None:
    said = SafetyAnswers(asked="alone", asked_on=told - timedelta(days=4), disclosed="no")
    asked = annex(told, QuestionsAnswered(answers=said))
    assert asked_alone_in_time(asked, policy_on(BEFORE)) is counts


def test_given_a_clock_that_nothing_here_knows_then_it_is_refused_with_those_that_there_are() -> None:
    row = {"label": "Ring her mother", "length": "1 day"}
    with pytest.raises(DataInvalid) as fault:
        parse_override("ours.yaml", override({"ring": row}))
    assert (
        "ring: is not a clock of safety - choose from ask-alone, call, decide, marac, safeguarding,"
        in " ".join(str(fault.value).split())
    )
