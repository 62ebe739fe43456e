"""Pairs of records that may be one person are bounded: values that many share are no evidence."""

from __future__ import annotations

import pytest

from discharge.store.tables import DuplicatePair, PairLeftOut
from fhir_adapters.hl7v2.store import pairs
from fhir_adapters.hl7v2.store.batch import drain as batches
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample


def of_one_name(number: int, born: str = "19410502") -> bytes:
    """Somebody called Joan Ashdown, born on this day, with numbers of her own."""
    return Sample(message_id=f"M{number}", nhs="", local=f"H{number}", visit=f"V{number}", born=born).raw()


async def causes(intake: Intake) -> list[str]:
    return [row.cause for row in await intake.rows(PairLeftOut)]


async def test_given_a_few_of_one_name_and_birth_date_then_they_are_offered(intake: Intake) -> None:
    await intake.take(*map(of_one_name, range(4)))

    assert len(await intake.rows(DuplicatePair)) == 6
    assert await causes(intake) == []


@pytest.mark.parametrize("together", [128, 1])
async def test_given_many_of_one_name_and_birth_date_then_few_pairs_are_offered_and_the_rest_is_said(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(batches, "MOST_MESSAGES", together)
    await intake.take(*map(of_one_name, range(40)))

    most = pairs.MOST_ALIKE * (pairs.MOST_ALIKE + 1) // 2
    assert len(await intake.rows(DuplicatePair)) <= most
    assert set(await causes(intake)) == {"common-values"}
    assert len(await causes(intake)) >= 40 - pairs.MOST_ALIKE - 1


@pytest.mark.parametrize("born", ["19000101", "19010101", ""])
async def test_given_a_placeholder_for_a_birth_date_then_nobody_is_offered(intake: Intake, born: str) -> None:
    await intake.take(*(of_one_name(number, born) for number in range(3)))

    assert await intake.rows(DuplicatePair) == []


async def test_given_a_name_written_another_way_then_it_is_the_same_name(intake: Intake) -> None:
    written = ("O'HÁRA", "o hara")
    await intake.take(
        *(
            Sample(message_id=f"M{n}", nhs="", local=f"H{n}", visit=f"V{n}", family=family).raw()
            for n, family in enumerate(written)
        )
    )

    assert len(await intake.rows(DuplicatePair)) == 1


async def test_given_a_record_with_many_open_pairs_then_no_more_are_offered_and_that_is_said(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "MOST_PAIRS", 2)
    for number in range(5):
        await intake.take(of_one_name(number))

    rows = await intake.rows(DuplicatePair)
    held = [one for row in rows for one in (row.left_id, row.right_id)]
    assert max(held.count(one) for one in held) <= 2
    assert "many-pairs" in await causes(intake)
