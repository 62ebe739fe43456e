"""What others changed is told only as far as whoever reads it may see the case."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from discharge.cases.commands import Command, Envelope, NoteHospitalFacts
from discharge.cases.model import Actor
from discharge.store.engine import transaction
from discharge.store.tables import CaseRow, Person
from tests.api.changes.test_two_people import answer_at_once
from tests.api.conftest import Door
from tests.fixtures.cases import carried_out, loaded
from tests.housing_checks.homes import FORM_1

OLD_WARD, SECRET_WARD = "Rowan-Seven", "Willow-Nine"
AS_IT_IS = "Order acknowledged, due 9 March 2026"
ANSWERS = {item.code: "yes" for item in FORM_1.items} | {"heating": "no"}


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """A case with a grab rail and a commode on order, the rail from the landlord."""
    case_id = await door.referred()
    await door.asked(case_id, "record-sharing-basis", basis="consent")
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "complete-check", form=FORM_1.code, answers=ANSWERS)
    partner = str(door.places.landlord)
    await door.asked(case_id, "start-strand", strand_kind="adaptation", item="grab-rail", partner_id=partner)
    await door.asked(case_id, "start-strand", strand_kind="equipment", item="commode")
    return case_id


@pytest.fixture(autouse=True)
def at_once(door: Door, case_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_at_once(door, monkeypatch)


async def tell(door: Door, case_id: UUID, command: Command) -> None:
    """Have the trust's feed tell something of the case."""
    envelope = Envelope(
        command_id=uuid4(),
        case_id=case_id,
        actor=Actor(organisation_id=door.places.trust, role="system"),
        effective_on=date(2026, 3, 2),
        command=command,
    )
    await carried_out(door.worker, envelope, door.clock.now)


async def refused(
    door: Door, case_id: UUID, role: str, org: str | None = None, **said: Any
) -> dict[str, Any]:
    path = f"/api/v1/cases/{case_id}/commands"
    answer = await door.post(path, said, role, org)
    assert answer.status_code == 409, answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == "case-changed"
    return problem


async def test_given_a_landlord_with_one_order_when_refused_then_it_is_told_of_that_order_and_no_name(
    door: Door, case_id: UUID
) -> None:
    seen = (await loaded(door.worker, case_id)).version
    for said in (
        {"kind": "confirm-item", "item": "heating", "value": "yes"},
        {"kind": "move-strand", "strand": "equipment/1", "step": "delivered"},
        {"kind": "move-strand", "strand": "adaptation/1", "step": "acknowledged"},
        {"kind": "flag-homelessness", "flag": "no"},
        {"kind": "set-needed-by", "needed_by": "2026-03-20"},
    ):
        answer = await door.post(f"/api/v1/cases/{case_id}/commands", said, "coordinator")
        assert answer.status_code == 200, answer.text
    problem = await refused(
        door, case_id, "coordinator", "LANDLORD",
        kind="move-strand", strand="adaptation/1", step="fitted", seen_version=seen,
    )  # fmt: skip
    told = {row["part"]: row for row in problem["changes"]}
    assert set(told) == {"strand:adaptation/1"}
    order = told["strand:adaptation/1"]
    assert (order["from"], order["to"], order["by"], order["when"]) == ("", AS_IT_IS, "", "")


async def test_given_a_hidden_person_who_was_moved_when_refused_then_the_ward_is_told_to_the_trust_alone(
    door: Door, case_id: UUID
) -> None:
    case = await loaded(door.worker, case_id)
    spell = case.current_spell
    assert spell is not None
    await tell(door, case_id, NoteHospitalFacts(spell=spell.model_copy(update={"ward": OLD_WARD})))
    seen = (await loaded(door.worker, case_id)).version
    async with transaction(door.worker) as session:
        person = CaseRow.person_id
        whose = update(Person).where(Person.id.in_(CaseRow.__table__.select().with_only_columns(person)))
        await session.execute(whose.values(hidden_by_feed=True))
    await tell(door, case_id, NoteHospitalFacts(spell=spell.model_copy(update={"ward": SECRET_WARD})))
    setting = {"kind": "set-needed-by", "needed_by": "2026-03-20"}
    await door.post(f"/api/v1/cases/{case_id}/commands", setting, "discharge-team")
    asked = {"kind": "set-needed-by", "needed_by": "2026-03-25", "seen_version": seen}
    hidden = str(await refused(door, case_id, "coordinator", **asked))
    assert SECRET_WARD not in hidden
    assert OLD_WARD not in hidden
    shown = str(await refused(door, case_id, "discharge-team", **asked))
    assert SECRET_WARD in shown
    assert OLD_WARD in shown


async def test_given_a_reason_that_speaks_of_danger_when_refused_then_it_is_told_to_nobody(
    door: Door, case_id: UUID
) -> None:
    seen = (await loaded(door.worker, case_id)).version
    path = f"/api/v1/cases/{case_id}/commands"
    said = {"kind": "amend-referral", "reasons": ["safety", "home-unsuitable"], "note": "He found her"}
    assert (await door.post(path, said, "discharge-team")).status_code == 200
    later = {"kind": "amend-referral", "reasons": ["equipment"], "seen_version": seen}
    problem = str(await refused(door, case_id, "coordinator", **later))
    assert "safety" not in problem.casefold()
    assert "He found her" not in problem
