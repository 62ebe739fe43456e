"""Each written case, entered through the interface: page and interface say what blocks, whose move it is, by
when, and nothing that does not concern the person.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from discharge.cases.model import SNAPSHOT, Case
from discharge.codes.casework import OWNER_ROLES
from discharge.store.engine import transaction
from discharge.store.tables import CaseRow
from tests.api.conftest import Door
from tests.api.safety.scene import acted, advised, disclosed
from tests.api.signing_in import sign_in
from tests.housing_checks.form_two import form_two_in_force
from tests.housing_checks.paper import FORM, PaperCase, all_well, paper_cases


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force():
        yield


TOLD = [each for each in paper_cases() if not each.variant]


async def standing(door: Door, case_id: UUID) -> Case:
    async with transaction(door.worker) as session:
        row = await session.get_one(CaseRow, case_id)
        return SNAPSHOT.read(row.snapshot)


async def entered(door: Door, paper: PaperCase) -> UUID:
    """Referred by the ward, and checked by the coordinator in two parts."""
    case_id = await door.referred(**paper.referral)
    if paper.answers.get("safety-confirmed", "confirmed") == "confirmed":
        await confirmed_safe(door, case_id)
    await accepted(door, case_id, "accept-referral")
    if paper.homeless != "unknown":
        await accepted(door, case_id, "flag-homelessness", "discharge-team", flag=paper.homeless)
    for record in paper.recorded:
        await accepted(door, case_id, **record)
    answers = list(all_well(await standing(door, case_id), paper.answers).items())
    await accepted(door, case_id, "save-answers", form=FORM.code, answers=dict(answers[:30]))
    await accepted(door, case_id, "complete-check", form=FORM.code, answers=dict(answers[30:]))
    return case_id


async def confirmed_safe(door: Door, case_id: UUID) -> None:
    """The adviser confirms safety: the check may not say so before."""
    await advised(door)
    await disclosed(door, case_id, asked="alone", disclosed="no")
    answer = await acted(door, case_id, {"kind": "safety-confirmed"}, reason="Spoke with them alone")
    assert answer.status_code == 201, answer.text


async def accepted(door: Door, case_id: UUID, kind: str, role: str = "coordinator", **fields: Any) -> None:
    status = await door.asked(case_id, kind, role, **fields)
    assert status["state"] == "accepted", (kind, status)


@pytest.mark.parametrize("paper", TOLD, ids=lambda paper: paper.name)
async def test_given_a_written_case_then_interface_and_page_say_what_blocks_whose_move_it_is_and_no_more(
    door: Door, paper: PaperCase
) -> None:
    case_id = await entered(door, paper)
    found = (await door.get(f"/api/v1/cases/{case_id}/check", "coordinator")).json()
    assert {each["code"]: each["owner_role"] for each in found["blockers"]} == paper.blocks
    assert {each["code"] for each in found["beside"]} == paper.beside.keys()

    sign_in(door, "coordinator")
    page = html.unescape((await door.client.get(f"/cases/{case_id}")).text)
    part = page.split("What stands between Edith Ashdown and home")[1].split("<h2")[0]
    assert found["what_stands_between"] in part
    for code, role in paper.blocks.items():
        assert f"{FORM.item(code).label}: " in part, code
        assert OWNER_ROLES.label(role) in part, role
    for each in found["blockers"]:
        assert each["next_action"] in part, each["code"]
    for code in paper.never:
        assert f"{FORM.item(code).label}: " not in part, code
