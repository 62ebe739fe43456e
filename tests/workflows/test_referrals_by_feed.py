"""A referral by HL7 v2, from the inbox to its case, on real workflows."""

from __future__ import annotations

from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import CaseRow
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.other_samples import referral
from tests.workflows.story import CLOCK, Story
from workflows.late_commands import LateCommands


async def test_given_a_referral_when_a_worker_finds_it_then_its_case_opens_and_what_it_refuses_is_parked(
    story: Story,
    intake: Intake,  # noqa: F811
) -> None:
    late = LateCommands(story.sessions, story.client, CLOCK)
    await intake.take(referral())
    assert await late.once()
    assert await stages(intake) == ["referred"]

    await intake.take(referral("REF^I14", message_id="K2"))
    assert await late.once()
    assert await stages(intake) == ["closed"]

    await intake.take(referral("REF^I14", message_id="K3"))
    assert await late.once()
    rows = {row.message_id: row for row in await intake.rows(InboxRow)}
    assert (rows["K2"].state, rows["K3"].state) == ("interpreted", "parked")
    assert (rows["K3"].code, rows["K3"].reason) == ("stage-not-allowed", "refused-by-the-case")


async def stages(intake: Intake) -> list[str]:  # noqa: F811
    async with transaction(intake.worker) as session:
        return list(await session.scalars(select(CaseRow.stage)))
