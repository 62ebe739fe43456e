"""Records that a hospital links (A24) or unlinks (A37): for people to look at, and never merged by it."""

from __future__ import annotations

from itertools import permutations

import pytest

from discharge.store.tables import DuplicatePair, Person
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample

JOAN = Sample()
OTHER = Sample(message_id="O1", nhs=OTHER_NHS, local="H200", visit="V2", family="BROOK", born="19500101")


def both(trigger: str, message_id: str, sent: str) -> bytes:
    """A message with the PID of either."""
    head = JOAN.but(trigger=trigger, message_id=message_id, sent=sent).text().split("\r")[:2]
    people = [sample.text().split("\r")[2] for sample in (JOAN, OTHER)]
    return ("\r".join([*head, *people]) + "\r").encode()


LINK = both("A24", "L1", "20260303090000")
UNLINK = both("A37", "L2", "20260304090000")
AGAIN = both("A24", "L3", "20260305090000")


async def open_pairs(intake: Intake) -> list[list[str]]:
    return [row.rules for row in await intake.rows(DuplicatePair) if row.state == "open"]


async def test_given_a_link_then_both_stay_and_people_are_asked(intake: Intake) -> None:
    await intake.take(JOAN.raw(), OTHER.raw())

    [done] = await intake.take(LINK)

    assert done.state == "interpreted"
    assert [row.merged_into for row in await intake.rows(Person)] == [None, None]
    assert await open_pairs(intake) == [["linked-by-the-hospital"]]


@pytest.mark.parametrize("messages", list(permutations([LINK, UNLINK, AGAIN])))
async def test_given_links_in_any_order_then_what_was_said_last_counts(
    intake: Intake, messages: tuple[bytes, ...]
) -> None:
    first_two = [message for message in messages if message != AGAIN]
    await intake.take(JOAN.raw(), OTHER.raw(), *first_two)
    assert await open_pairs(intake) == []

    await intake.take(*messages)
    assert await open_pairs(intake) == [["linked-by-the-hospital"]]


async def test_given_a_link_taken_back_where_more_speaks_for_one_person_then_that_stays(
    intake: Intake,
) -> None:
    twin = JOAN.but(message_id="T1", nhs="", local="H200", visit="V2")
    await intake.take(JOAN.raw(), twin.raw())
    [before] = await open_pairs(intake)
    head, tail = both("A24", "L1", "20260303090000"), both("A37", "L2", "20260304090000")
    person = twin.text().split("\r")[2].encode()
    other = OTHER.text().split("\r")[2].encode()

    await intake.take(head.replace(other, person))
    assert await open_pairs(intake) == [sorted([*before, "linked-by-the-hospital"])]
    await intake.take(tail.replace(other, person))

    assert await open_pairs(intake) == [sorted(before)]


async def test_given_a_link_of_one_person_alone_then_it_waits_under_its_cause(intake: Intake) -> None:
    [done] = await intake.take(JOAN.but(trigger="A24").raw())

    assert (done.state, done.reason) == ("parked", "link-without-two-persons")
