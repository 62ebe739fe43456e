"""Every address of the application, asked by every role: of a hidden person none tells where they are."""

from __future__ import annotations

import re
from itertools import product
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.routing import BaseRoute

from api.pages.registry import PAGES
from api.routes.registry import ROUTERS
from discharge.store.base import Base
from discharge.store.engine import transaction
from discharge.store.tables import DocumentRow, DuplicatePair, Spell
from fhir_adapters.store.tables import InboxRow
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.other_samples import document
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample

SECRETS = ("ACACIA", "LS1 1AA", "01134960000", "07700900123", "ELM ROW", "LS9 9ZZ", "01139998887", "PETER")
JOAN = Sample(
    more={
        "NK1": {1: "1", 2: "ASHDOWN^PETER", 3: "15", 4: "9 ELM ROW^^LEEDS^^LS9 9ZZ", 5: "01139998887"},
        "PV1": {37: "TO HER SON AT 9 ELM ROW", 8: "G1234567^ACACIA SURGERY"},
        "PV2": {12: "FELL AT 1 ACACIA AVENUE"},
    }
)
QUERIES = {
    "/messages": ("?who=ashdown", "?text=A01"),
    "/referrals/new": ("?text=ashdown",),
    "/fhir/R4/ServiceRequest": ("?subject=https://fhir.nhs.uk/Id/nhs-number|9990000018",),
    "/api/v1/messages": ("?who=ashdown",),
    "/worklist": ("?all=1",),
}


async def ids(worker: AsyncEngine, case_id: UUID) -> dict[str, list[str]]:
    """What may stand in an address, by the name of its place there."""
    async with transaction(worker) as session:

        async def some(table: type[Base], most: int = 1) -> list[str]:
            first = select(table.id).order_by(table.id).limit(most)  # type: ignore[attr-defined]
            return [str(each) for each in await session.scalars(first)]

        people = [str(each) for each in await session.scalars(select(Spell.person_id).distinct())]
        inbox = select(InboxRow.id).where(InboxRow.message_id.in_(("M1", "K1")))
        return {
            "case_id": [str(case_id)],
            "person_id": people,
            "message_id": [str(each) for each in await session.scalars(inbox)],
            "document_id": await some(DocumentRow),
            "resource_id": [str(case_id), *people, *await some(Spell), *await some(DocumentRow)],
            "pair_id": await some(DuplicatePair),
            "kind": ["start-strand", "record-contact"],
        }


def paths(routes: list[BaseRoute], known: dict[str, list[str]]) -> set[str]:
    """Every address that answers GET, with everything that may stand in it."""
    found: set[str] = set()
    for route in routes:
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None) or set()
        names = re.findall(r"{(\w+)}", path)
        if "GET" not in methods or not set(names) <= known.keys() or path.startswith(("/sign", "/static")):
            continue
        chosen = product(*(known[name] for name in names))
        found |= {path.format(**dict(zip(names, values, strict=True))) for values in chosen}
    return found | {path + query for path, queries in QUERIES.items() for query in queries}


ROLES = ("operator", "coordinator", "discharge-team")


async def telling(door: Door, wanted: set[str], roles: tuple[str, ...] = ROLES) -> tuple[set[str], int]:
    """The addresses that tell something of where the person is, and how many answered at all."""
    found: set[str] = set()
    answered: set[str] = set()
    for role in roles:
        sign_in(door, role)
        for path in sorted(wanted):
            of_page = not path.startswith(("/api", "/fhir"))
            answer = await (door.client.get(path) if of_page else door.get(path, role))
            if answer.status_code == 200:
                answered.add(path)
            if any(secret in answer.text.upper() for secret in SECRETS):
                found.add(path)
    return found, len(answered)


async def test_given_a_hidden_person_then_no_address_of_the_application_tells_anybody_where(
    door: Door, intake: Intake
) -> None:
    twin = JOAN.but(message_id="T1", nhs="", local="H300", visit="V3")
    await intake.take(
        JOAN.raw(),
        document("T02", "D1", "", "OBX|1|TX|S^Summary||Lives at 1 ACACIA AVENUE.||||||F"),
        twin.raw(),
        JOAN.but(trigger="A01", message_id="P1", visit="").but(more={**JOAN.more, "PV1": {44: ""}}).raw(),
    )
    case_id = await door.referred()
    wanted = paths(
        [route for router in (*ROUTERS, *PAGES) for route in router.routes], await ids(door.worker, case_id)
    )
    before, _ = await telling(door, {path for path in wanted if "/messages/" in path}, ("operator",))
    assert len(before) > 3
    before, _ = await telling(door, {f"/cases/{case_id}", f"/api/v1/cases/{case_id}"}, ("coordinator",))
    assert len(before) == 2

    hide = {"PID": {11: "", 13: ""}, "ZU8": {4: "2"}}
    other = twin.but(trigger="A31", message_id="T2", sent="20260303090000", more=hide)
    await intake.take(
        JOAN.but(trigger="A31", message_id="M2", sent="20260303090000", more=hide).raw(), other.raw()
    )

    after, answered = await telling(door, wanted)
    assert after == set()
    assert answered > 40


async def test_given_beds_swapped_with_a_hidden_person_then_the_message_tells_nothing_of_either(
    door: Door, intake: Intake
) -> None:
    """A message about two shows addresses only where both may be seen."""
    hidden = Sample(message_id="M2", nhs=OTHER_NHS, local="H200", visit="V2", family="BROOK")
    await intake.take(Sample().raw(), hidden.but(more={"PV1": {16: "Y"}}).raw())
    second = hidden.text().split("\r")
    swap = "\r".join([*Sample("A17", "S1", sent="20260303090000").text().split("\r")[:-1], *second[2:]])
    [done] = await intake.take(swap.encode())
    assert done.state == "interpreted"
    sign_in(door, "operator")

    page = (await door.client.get(f"/messages/{done.inbox_id}")).text

    assert "BROOK" in page
    assert not any(secret in page for secret in SECRETS)
