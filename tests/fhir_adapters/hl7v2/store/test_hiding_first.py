"""Hiding takes effect at once, whatever else is wrong with the message that says it."""

from __future__ import annotations

from typing import Any

import pytest

from discharge.store.tables import Person
from fhir_adapters.hl7v2.store import early_hiding
from fhir_adapters.store.tables import FactRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample

JOAN = Sample()
OTHER = Sample(message_id="O1", nhs=OTHER_NHS, local="H200", visit="V2", family="BROOK")
HIDING = JOAN.but(message_id="M2", sent="20260303090000", more={"ZU8": {4: "2"}})


async def hidden(intake: Intake) -> set[str | None]:
    """The NHS numbers of those who are hidden."""
    return {row.nhs_number for row in await intake.rows(Person) if row.location_hidden}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (HIDING.but(trigger="A02", visit="V2"), "visit-of-another-person"),
        (HIDING.but(trigger="A02", visit="", more={**HIDING.more, "PV1": {44: ""}}), "stay-not-named"),
        (HIDING.but(trigger="A40"), "no-merge-identifier"),
        (HIDING.but(trigger="A02", visit="V" * 251), "number-too-long"),
    ],
)
async def test_given_a_message_that_waits_then_whom_it_hides_is_hidden_all_the_same(
    intake: Intake, said: Sample, why: str
) -> None:
    await intake.take(JOAN.raw(), OTHER.raw())

    [done] = await intake.take(said.raw())

    assert (done.state, done.reason) == ("parked", why)
    assert await hidden(intake) == {NHS}


@pytest.mark.parametrize(
    ("numbers", "why"),
    [({"local": ""}, "birth-date-differs"), ({"nhs": OTHER_NHS}, "nhs-and-local-number-differ")],
)
async def test_given_doubt_whom_it_means_then_nobody_is_hidden_by_it(
    intake: Intake, numbers: dict[str, str], why: str
) -> None:
    await intake.take(JOAN.raw(), OTHER.raw())

    [done] = await intake.take(HIDING.but(born="19700101", trigger="A31", **numbers).raw())

    assert (done.state, done.reason) == ("parked", why)
    assert await hidden(intake) == set()


async def test_given_such_a_message_read_again_then_it_hides_once_and_lifting_shows_again(
    intake: Intake,
) -> None:
    await intake.take(JOAN.raw(), OTHER.raw())
    [done] = await intake.take(HIDING.but(trigger="A02", visit="V2").raw())

    assert await intake.replay(state="parked") == ["put-back"]
    await intake.drain()
    await intake.take(
        HIDING.but(message_id="M3", trigger="A31", sent="20260304090000", more={"ZU8": {4: "0"}}).raw()
    )

    told = [row for row in await intake.rows(FactRow) if row.inbox_id == done.inbox_id]
    assert [(row.ordinal, row.payload["hidden"], row.payload["names"]) for row in told] == [(-1, True, None)]
    assert await hidden(intake) == set()


async def test_given_a_test_message_that_waits_then_it_hides_nobody(intake: Intake) -> None:
    await intake.take(JOAN.raw())
    await intake.take(HIDING.but(trigger="A40", processing="T").raw())

    assert await hidden(intake) == set()


@pytest.mark.parametrize("trigger", ["A40", "A45"])
async def test_given_a_merge_or_move_that_hides_then_who_goes_on_is_hidden(
    intake: Intake, trigger: str
) -> None:
    await intake.take(JOAN.raw(), OTHER.raw())
    given_up = {"MRG": {1: f"{OTHER_NHS}^^^NHS^NH~H200^^^RXH^MR", 5: "V2"}}

    [done] = await intake.take(
        HIDING.but(trigger=trigger, visit="V2", more={**HIDING.more, **given_up}).raw()
    )

    assert done.state == "interpreted"
    assert NHS in await hidden(intake)


async def test_given_hiding_fails_then_the_message_waits_and_the_next_is_read(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("not now")

    await intake.take(JOAN.raw(), OTHER.raw())
    monkeypatch.setattr(early_hiding, "refold_person", broken)

    done = await intake.take(HIDING.but(trigger="A02", visit="V2").raw(), OTHER.but(message_id="O2").raw())

    assert [one.state for one in done] == ["parked", "interpreted"]
