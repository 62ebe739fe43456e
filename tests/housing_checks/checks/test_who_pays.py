"""Who pays for care: asked once somebody pays for themselves, and open while nobody arranges it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discharge.cases.commands import ConfirmItem, RecordSelfFunding
from discharge.errors import Refused
from housing_checks.gate.blockers import Blocker, blocking
from housing_checks.gate.rules import gate_open
from tests.housing_checks.form_two import checked_on_two, form_two_in_force
from tests.housing_checks.homes import FIRST, Story, day

NOBODY = RecordSelfFunding(self_funder="yes", arranger="nobody")
FAMILY = RecordSelfFunding(self_funder="yes", arranger="family")
AGREED = ConfirmItem(item="funding-agreed", value="yes")


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force(FIRST):
        yield


def only(story: Story) -> Blocker:
    (blocker,) = blocking(story.case)
    return blocker


def test_given_a_ready_home_when_somebody_pays_for_themselves_then_who_pays_is_asked_and_blocks() -> None:
    story = checked_on_two(Story())
    assert gate_open(story.case)
    story.ask(FAMILY, on=2)
    assert (only(story).code, only(story).why, only(story).owner_role) == (
        "funding-agreed",
        "not-answered",
        "adult-social-care",
    )
    assert only(story).due_on is not None
    assert gate_open(story.ask(AGREED, on=2).case)


def test_given_nobody_arranges_the_care_then_it_blocks_with_owner_and_day_until_somebody_does() -> None:
    story = checked_on_two(Story()).ask(NOBODY, on=2).ask(AGREED, on=2)
    assert only(story).why == "not-recorded"
    assert "nobody arranges the care yet" in only(story).words
    assert only(story).due_on is not None
    assert gate_open(story.ask(FAMILY, on=3).case)
    assert not gate_open(story.ask(NOBODY, on=4).case)


def test_given_it_is_not_known_whether_they_pay_then_it_is_asked_and_who_does_not_pay_is_not() -> None:
    story = checked_on_two(Story()).ask(RecordSelfFunding(self_funder="unknown"), on=2)
    assert only(story).code == "funding-agreed"
    assert gate_open(story.ask(RecordSelfFunding(self_funder="no"), on=3).case)


def test_given_somebody_who_pays_then_it_is_said_who_arranges_it() -> None:
    with pytest.raises(Refused, match="arranger-needed"):
        Story().decide(RecordSelfFunding(self_funder="yes"))
    story = Story().ask(FAMILY, on=1)
    assert story.case.self_funding is not None
    assert (story.case.self_funding.arranger, story.case.self_funding.since) == ("family", day(1))
    assert story.decide(FAMILY, on=2) == []
