"""Stories about what the trust's own system hears from us, over an MLLP link that breaks and comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.partner.app import DEMO_HL7
from tests.scenarios.conftest import About
from tests.scenarios.stack import Row, WholeStack, until
from tests.scenarios.telling import Story

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(autouse=True)
def well_again(stack: WholeStack) -> Iterator[None]:
    """No story leaves a failing trust behind."""
    yield
    stack.forget_failures(DEMO_HL7)


@pytest.fixture
def in_a_bed(somebody: About) -> Story:
    story = somebody(began_days_ago=20)
    story.is_admitted(day=0)
    story.is_referred_by_the_ward(day=1, reasons=["equipment"])
    story.referral_is_accepted(day=1)
    story.then_the_stay_has_joined("ELM")
    return story


def heard(stack: WholeStack, story: Story) -> list[Row]:
    """What the trust's system received about this person, tries included."""
    sent = stack.sql(
        "SELECT control_id FROM sent_messages JOIN outbox ON outbox.sequence = sent_messages.outbox_sequence"
        " WHERE outbox.case_id = %(case)s",
        case=story.case_id,
    )
    ids = {row["control_id"] for row in sent}
    return [row for row in stack.received_by(DEMO_HL7) if row["key"] in ids]


def effects(stack: WholeStack, story: Story) -> list[Row]:
    return [row for row in heard(stack, story) if row["effect"]]


def items(stack: WholeStack, story: Story) -> list[Row]:
    return stack.sql(
        "SELECT state, attempts, accepted_at, acted_at FROM outbox"
        " WHERE kind = 'readiness' AND case_id = %(case)s ORDER BY sequence",
        case=story.case_id,
    )


def test_given_a_ward_that_sets_the_date_here_when_the_trust_is_away_then_it_hears_all_in_order_later(
    stack: WholeStack, in_a_bed: Story
) -> None:
    stack.order_failure(DEMO_HL7, "unavailable", count=2)
    stack.order_failure(DEMO_HL7, "lose-answer", count=1)
    for day in (60, 70):
        wanted = str(in_a_bed.day(day))
        in_a_bed.asks("ward", "set-expected-discharge-date", 2, expected_discharge_on=wanted)
    in_a_bed.asks("ward", "set-expected-discharge-date", 2, expected_discharge_on=None)
    until(lambda: len(effects(stack, in_a_bed)) == 3, "three messages at the trust")
    told = effects(stack, in_a_bed)
    assert [row["resource"] for row in told] == ["ADT^A16", "ADT^A16", "ADT^A25"]
    first = [row for row in heard(stack, in_a_bed) if row["key"] == told[0]["key"]]
    assert [row["status"] for row in first] == [503, 503, 200, 200]
    assert len({row["sha256"] for row in first}) == 1
    assert f"{in_a_bed.day(60):%Y%m%d}" in told[0]["body"]
    until(lambda: all(row["accepted_at"] for row in items(stack, in_a_bed)), "all are accepted")


def test_given_a_date_that_the_trusts_own_feed_tells_when_it_comes_then_nothing_goes_back(
    stack: WholeStack, in_a_bed: Story
) -> None:
    wanted = str(in_a_bed.day(60))
    in_a_bed.asks("ward", "set-expected-discharge-date", 2, expected_discharge_on=wanted)
    until(lambda: len(effects(stack, in_a_bed)) == 1, "the date at the trust")
    assert not items(stack, in_a_bed)[0]["acted_at"]
    in_a_bed.is_expected_home(day=3, on=60)
    until(lambda: items(stack, in_a_bed)[0]["acted_at"], "the trust took the date over")
    in_a_bed.is_expected_home(day=4, on=65)
    newer = str(in_a_bed.day(65))
    until(lambda: in_a_bed.coded()["expected_discharge_on"] == newer, "the newer date")
    assert len(effects(stack, in_a_bed)) == 1


def test_given_a_trust_that_refuses_when_seen_then_it_is_a_dead_letter_in_its_own_words(
    stack: WholeStack, in_a_bed: Story
) -> None:
    stack.order_failure(DEMO_HL7, "refuse")
    wanted = str(in_a_bed.day(60))
    in_a_bed.asks("ward", "set-expected-discharge-date", 2, expected_discharge_on=wanted)

    def dead() -> Row | None:
        listed = stack.get(("operator", "HHP"), "/api/v1/dead-letters", size=500).json()["dead_letters"]
        return next((item for item in listed if item["case_id"] == in_a_bed.case_id), None)

    letter = until(dead, "a dead letter")
    assert letter["code"] == "partner-refused"
