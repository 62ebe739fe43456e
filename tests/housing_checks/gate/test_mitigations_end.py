"""A mitigation says who and until when, and ends: then its item blocks again."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from discharge.cases.commands import Envelope, NameMitigation, StrikeClock
from discharge.cases.events import MitigationWithdrawn
from discharge.cases.model import Mitigation, Stage
from discharge.codes.casework import MITIGATIONS
from discharge.errors import Refused
from discharge.reference.policy import put_in_force
from discharge.reference.site import parse_override
from housing_checks.gate.rules import next_end
from housing_checks.pathway import advance, next_wakeup
from tests.housing_checks.homes import CASE, SYSTEM, Story, checked, day, noon

HEATERS = NameMitigation(item="heating", mitigation="temporary-heating", role="landlord")


def made_safe(**changes: object) -> Story:
    return checked(heating="no").ask(HEATERS.model_copy(update=changes), on=2)


def held(story: Story) -> Mitigation:
    mitigation = story.case.gate["heating"].mitigation
    assert mitigation is not None
    return mitigation


def struck(story: Story, at: datetime) -> Story:
    """The clock struck at an instant, as the case's workflow has it do."""
    strike = Envelope(
        command_id=uuid4(), case_id=CASE, actor=SYSTEM, effective_on=at.date(), command=StrikeClock()
    )
    decided = advance(story.case, strike, at)
    story.case, story.last = decided.case, list(decided.events)
    return story


def test_given_no_day_then_it_holds_as_long_as_its_kind_usually_does() -> None:
    story = made_safe()
    assert held(story).until_on == day(2 + 7)
    assert all(row.days > 0 for row in MITIGATIONS)


def test_given_a_site_that_trusts_heaters_for_less_then_that_holds_from_its_own_day() -> None:
    said = b"""
changes: mitigations
edition: ours
effective_from: %s
decided_by: J. Doe
decided_on: 2026-03-01
reason: Decided by the board
rows: {temporary-heating: {days: 3}}
"""
    try:
        for begins, held_for in ((3, 7), (2, 3)):
            put_in_force([parse_override("ours.yaml", said % day(begins).isoformat().encode())])
            assert held(made_safe()).until_on == day(2 + held_for)
    finally:
        put_in_force(())


def test_given_a_person_and_a_day_then_both_are_kept() -> None:
    who = uuid4()
    mitigation = held(made_safe(user_id=who, until_on=day(4)))
    assert (mitigation.user_id, mitigation.ends_on) == (who, day(4))


@pytest.mark.parametrize("until", [0, 1])
def test_given_a_day_that_has_passed_then_it_is_refused(until: int) -> None:
    with pytest.raises(Refused) as refusal:
        made_safe(until_on=day(until))
    assert refusal.value.code == "dates-out-of-order"


def test_given_its_last_day_then_it_still_holds_and_the_midnight_after_it_ends_and_the_gate_shuts() -> None:
    story = made_safe(until_on=day(4))
    assert story.case.stage is Stage.READY
    midnight = datetime(2026, 3, 7, 0, 0, tzinfo=UTC)
    assert next_end(story.case) == midnight
    assert (next_wakeup(story.case, noon(4)) or midnight) <= midnight
    struck(story, noon(4))
    assert story.case.stage is Stage.READY
    struck(story, midnight)
    ended = next(event for event in story.last if isinstance(event, MitigationWithdrawn))
    assert (ended.item, ended.withdrawn_on, ended.because) == ("heating", day(4), "ended")
    assert story.case.stage is not Stage.READY
    assert not story.case.gate["heating"].satisfied
    assert next_end(story.case) is None


def test_given_an_older_mitigation_without_a_day_then_the_days_of_its_kind_count() -> None:
    kept = Mitigation(code="meals-delivered", role="family-carer", named_on=day(0))
    assert kept.ends_on == day(14)
    assert Mitigation(code="an-old-code", role="landlord", named_on=day(0)).ends_on == day(14)
