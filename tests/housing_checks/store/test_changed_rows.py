"""A row of data that changes between two commands of a case: nothing moves without an event, what began keeps
what was in force, and what begins from then on has the new row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge import calendar
from discharge.cases import commands as cmd
from discharge.cases.commands import Answer, Envelope
from discharge.cases.events import EVENT
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case
from discharge.reference.policy import put_in_force
from discharge.store.consistency import differences
from discharge.store.engine import transaction
from discharge.store.tables import CaseEventRow
from housing_checks.checks.form import form_in_force, form_of, form_of_case
from tests.fixtures.cases import NOW, TODAY, carried_out, loaded
from tests.fixtures.postgres import Places
from tests.fixtures.site_rows import change_rows
from tests.housing_checks.homes import FORM_1

ANSWERS = {item.code: "yes" for item in FORM_1.items} | {
    "adaptation-in-place": "no",
    "equipment-in-place": "no",
    "heating": "unknown",
}
STAIRLIFT = cmd.StartStrand(strand_kind="adaptation", item="straight-stairlift")
COMMODE = cmd.StartStrand(strand_kind="equipment", item="commode")
UNRELATED = cmd.FlagHomelessness(flag="no")
COLD = "no-heating-water-power"
QUIETER = f"""{COLD}:
    thresholds:
      - level: AMBER
        when: {{kind: item-not, fact: services-at-home}}
        words: heating is confirmed"""


@dataclass(frozen=True)
class Told:
    """One case on the record, and whoever asks something of it."""

    engine: AsyncEngine
    places: Places
    case_id: UUID

    async def do(self, command: cmd.Command) -> Answer:
        envelope = Envelope(
            command_id=uuid4(),
            case_id=self.case_id,
            actor=Actor(organisation_id=self.places.housing, role="coordinator"),
            effective_on=TODAY,
            command=command,
        )
        answer = (await carried_out(self.engine, envelope, NOW)).answer
        assert answer.outcome == "accepted", answer
        return answer

    async def case(self) -> Case:
        return await loaded(self.engine, self.case_id)

    async def events_after(self, version: int) -> list[Any]:
        async with transaction(self.engine) as session:
            later = select(CaseEventRow.payload).where(
                CaseEventRow.case_id == self.case_id, CaseEventRow.sequence > version
            )
            return [EVENT.read(each) for each in await session.scalars(later.order_by(CaseEventRow.sequence))]

    async def require_only_events_moved_it(self, before: Case) -> None:
        after = await self.case()
        assert fold(before, await self.events_after(before.version)) == after, "every change has its event"
        async with transaction(self.engine) as session:
            assert await differences(session, self.case_id) == (), "the snapshot is what its events say"


@pytest.fixture
async def told(worker: AsyncEngine, places: Places, person_id: UUID) -> Told:
    """A case that was checked, with two orders at work and a home whose heating nobody confirmed."""
    story = Told(worker, places, uuid4())
    refer = cmd.Refer(
        person_id=person_id,
        organisation_id=places.trust,
        service_id=places.housing,
        sharing_basis="consent",
    )
    begun = cmd.StartCheck(form=FORM_1.code)
    checked = cmd.CompleteCheck(form=FORM_1.code, answers=ANSWERS)
    for command in (refer, cmd.AcceptReferral(), begun, checked, STAIRLIFT, COMMODE):
        await story.do(command)
    return story


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    put_in_force(())


def due(case: Case) -> dict[str, date | None]:
    return {key: strand.due_on for key, strand in case.strands.items()}


async def test_given_an_order_when_its_lead_time_changes_then_it_keeps_its_day_and_the_next_has_the_new_one(
    told: Told, tmp_path: Path
) -> None:
    before = await told.case()
    change_rows(tmp_path, adaptations="straight-stairlift: {lead: {low: 21 days, high: 42 days}}")
    assert (await told.do(UNRELATED)).events == ("homelessness-flagged",)
    assert due(await told.case()) == due(before)
    await told.do(cmd.CancelStrand(strand="adaptation/1", reason="no-longer-needed"))
    await told.do(STAIRLIFT)
    assert due(await told.case())["adaptation/2"] != due(before)["adaptation/1"]
    await told.require_only_events_moved_it(before)


async def test_given_an_order_when_a_bank_holiday_is_proclaimed_then_it_keeps_its_day_and_the_next_has_it(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, known = await told.case(), calendar.bank_holidays
    day = due(before)["equipment/1"]
    monkeypatch.setattr(calendar, "bank_holidays", lambda *of: known(*of) | {day})
    assert (await told.do(UNRELATED)).events == ("homelessness-flagged",)
    assert due(await told.case()) == due(before)
    await told.do(cmd.CancelStrand(strand="equipment/1", reason="no-longer-needed"))
    await told.do(COMMODE)
    again = due(await told.case())["equipment/2"]
    assert again is not None
    assert day is not None
    assert again > day
    await told.require_only_events_moved_it(before)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            QUIETER,
            {"level": "AMBER", "threshold": "heating is confirmed"},
        ),
        (
            COLD + ': {fact: "{item}: somebody must ask, the answer is {value}."}',
            {"fact": "Heating: somebody must ask, the answer is unknown."},
        ),
    ],
    ids=["threshold", "words"],
)
async def test_given_an_open_alert_when_its_rule_changes_then_the_next_command_says_so_by_an_event(
    told: Told, tmp_path: Path, row: str, says: dict[str, str]
) -> None:
    before = await told.case()
    change_rows(tmp_path, risk_rules=row)
    assert await told.case() == before
    assert (await told.do(UNRELATED)).events == ("homelessness-flagged", "alert-changed")
    (alert,) = (each for each in (await told.case()).open_alerts if each.rule == COLD)
    assert alert.model_dump(include=set(says)) == says
    await told.require_only_events_moved_it(before)


async def test_given_a_check_when_its_form_changes_then_it_keeps_its_form_and_the_next_check_has_the_new_one(
    told: Told, tmp_path: Path
) -> None:
    before = await told.case()
    change_rows(tmp_path, home_check="heating: {gated: false}")
    assert (await told.do(UNRELATED)).events == ("homelessness-flagged",)
    after = await told.case()
    assert (after.check, after.gate) == (before.check, before.gate)
    assert form_of_case(after) == form_of(FORM_1.code)
    await told.do(cmd.ConfirmItem(item="heating", value="no"))
    assert (await told.case()).gate["heating"].value == "no"
    form = form_in_force(TODAY)
    assert form.code != FORM_1.code
    await told.do(cmd.StartCheck(form=form.code))
    await told.do(cmd.CompleteCheck(form=form.code, answers=ANSWERS))
    assert before.gate.keys() - (await told.case()).gate.keys() == {"heating"}
    await told.require_only_events_moved_it(before)
