"""A hidden person in every position that the record has for somebody, among all whom a case can meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.forms.definitions import FORMS
from discharge.clocks import london_date
from discharge.roles import Relation
from discharge.store.engine import transaction
from discharge.store.tables import (
    AlertRow,
    CaseEventRow,
    CommandRow,
    ContactEntry,
    DocumentRow,
    DuplicatePair,
    NoteRow,
    Organisation,
    OutboxRow,
    PartnerRow,
    Person,
    PersonMerge,
    ReferralRequestRow,
    Spell,
    User,
)
from fhir_adapters.store.tables import InboxRow, MessageEditRow, ReplayRow, ShadowListRow
from housing_checks.store import holds
from tests.api.conftest import Door
from tests.api.fhir.posting import FHIR, request
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.other_samples import document
from tests.fhir_adapters.hl7v2.samples import Sample

WARD = "WARD-SIX"
JOAN = Sample(
    location=f"RXH^{WARD}^B1^RXH01",
    more={
        "NK1": {1: "1", 2: "ASHDOWN^PETER", 3: "15", 4: "9 ELM ROW^^LEEDS^^LS9 9ZZ", 5: "01139998887"},
        "PD1": {3: "QUARRY SURGERY^^A81001"},
        "PV1": {37: "TO HER SON AT 9 ELM ROW", 8: "G1234567^QUARRY SURGERY"},
        "PV2": {12: "FELL AT 1 ACACIA AVENUE"},
    },
)
FORM = "home-check-2"
HIDE = {"PID": {11: "", 13: ""}, "ZU8": {4: "2"}}

SECRETS: Mapping[str, tuple[str, ...]] = {
    "name": ("ASHDOWN",),
    "number": ("9990000018", "999 000 0018", "999\u00a0000\u00a00018", "H100"),
    "address": ("ACACIA", "LS1 1AA"),
    "phone": ("01134960000", "07700900123"),
    "next of kin": ("ELM ROW", "LS9 9ZZ", "01139998887", "0113 999 8887", "PETER"),
    "practice": ("QUARRY SURGERY", "G1234567", "A81001"),
    "ward": (WARD,),
    "new home": ("LARCH WALK", "ZZ99 3VZ"),
    "as asked": ("REQUEST ROW", "ZZ98 7AA"),
}
"""What answers are searched for; `new home` stands for its id as well."""

PARTIES: Mapping[str, Relation | None] = {
    "TRUST": "responsible-trust",
    "HOUSING": "housing-lead",
    "COUNCIL": "council",
    "LANDLORD": "landlord",
    "SUPPLIER": "supplier",
    "OTHER-TRUST": None,
    "STRANGER": None,
}
KNOWN = frozenset({"name", "number"})
SEEN: Mapping[str, frozenset[str]] = {
    "TRUST": KNOWN | {"ward"},
    "HOUSING": KNOWN | {"new home"},
    "COUNCIL": KNOWN,
    "LANDLORD": frozenset({"name", "new home"}),
    "SUPPLIER": frozenset({"name"}),
    "OTHER-TRUST": frozenset(),
    "STRANGER": KNOWN | {"as asked"},
}
"""What each organisation may read of the hidden person somewhere; a stranger what it sent itself, and the
housing lead and the landlord which home they found.
"""
MORE = {"COUNCIL": "council", "SUPPLIER": "equipment-service", "OTHER-TRUST": "trust"}


@dataclass(frozen=True)
class Scene:
    """The case of the person, what may stand in an address, the id of the home, and who is named."""

    door: Door
    case_id: UUID
    home_id: str
    known: dict[str, list[str]]


async def shown_scene(door: Door, intake: Intake, owner: AsyncEngine) -> Scene:
    """Everything, while nobody is hidden yet."""
    holds.register()
    door.clock.now = datetime.now(UTC)  # PostgreSQL ends names by its own day
    ids = {code: uuid4() for code in MORE}
    async with transaction(owner) as session:
        session.add_all(
            Organisation(id=ids[code], code=code, name=code.title(), kind=kind) for code, kind in MORE.items()
        )
    await _told(intake)
    case_id = await door.referred(ward=WARD)
    home_id = await _made_ready(door, case_id, ids)
    await _asked_for_by_a_stranger(door)
    await _operated(door)
    async with transaction(owner) as session:
        partner = PartnerRow(organisation_id=door.places.landlord, endpoint="http://x", kind="fhir")
        session.add(partner)
        await session.flush()
        session.add(
            OutboxRow(
                key=uuid4(),
                channel="partner",
                kind="order",
                case_id=case_id,
                partner_id=partner.id,
                state="dead",
                payload={"item": "commode", "status": "requested"},
                error_code="partner-refused",
                attempts=1,
                organisation_id=door.places.trust,
            )
        )
    return Scene(door, case_id, home_id, await _known(door.worker, case_id, home_id))


async def hide(scene: Scene, intake: Intake) -> None:
    """The trust's feed hides the person and their twin; a coordinator of the council may know the ward."""
    later = {"sent": "20260303090000", "more": HIDE}
    twin = JOAN.but(nhs="", local="H300", visit="V3")
    await intake.take(
        JOAN.but(trigger="A31", message_id="M2", **later).raw(),
        twin.but(trigger="A31", message_id="T2", **later).raw(),
    )
    door = scene.door
    sign_in(door, "coordinator", "COUNCIL")
    async with transaction(door.worker) as session:
        subjects = ("page-coordinator-COUNCIL", "coordinator-COUNCIL")
        users = list(await session.scalars(select(User.id).where(User.subject.in_(subjects))))
    until = london_date(datetime.now(UTC) + timedelta(days=3)).isoformat()
    for user_id in users:
        body = {"user_id": str(user_id), "until_on": until, "reason": "Visits her"}
        answer = await door.post(f"/api/v1/cases/{scene.case_id}/place-readers", body, "discharge-team")
        assert answer.status_code == 201, answer.text


async def _told(intake: Intake) -> None:
    """A stay, a document, a record merged into hers, one that resembles hers, a message that is parked."""
    await intake.take(
        JOAN.raw(),
        document("T02", "D1", "", "OBX|1|TX|S^Summary||Lives at 1 ACACIA AVENUE.||||||F").replace(
            Sample().location.encode(), JOAN.location.encode()
        ),
        JOAN.but(message_id="T1", nhs="", local="H300", visit="V3").raw(),
        JOAN.but(trigger="A28", message_id="R1", nhs="", local="H400", visit="").raw(),
        JOAN.but(
            trigger="A40", message_id="G1", visit="", more={**JOAN.more, "MRG": {1: "H400^^^RXH^MR"}}
        ).raw(),
    )
    await intake.replay(state="parked")
    [parked] = await intake.take(JOAN.but(trigger="A40", message_id="P1", visit="").raw())
    assert parked.state == "parked", parked


async def _made_ready(door: Door, case_id: UUID, ids: dict[str, UUID]) -> str:
    """Everybody takes part, work is ordered, and a home is let."""
    await _tell(door, case_id, "accept-referral")
    kin = {"role": "key-holder", "name": "Peter Ashdown", "phone": "0113 999 8887", "source": "family"}
    added = await door.post(f"/api/v1/cases/{case_id}/contact-details", kin, "coordinator")
    assert added.status_code == 201, added.text
    await _tell(door, case_id, "record-sharing-basis", basis="consent")
    await _tell(door, case_id, "add-participant", organisation_id=str(ids["COUNCIL"]), role="council")
    said = {"answers": {"heating": "no", "food": "unknown"}, "item_notes": {"heating": "The boiler is off"}}
    await _tell(door, case_id, "save-answers", form=FORM, **said)
    for kind, item, partner in (
        ("equipment", "commode", ids["SUPPLIER"]),
        ("rehousing", "rehousing:1-bed-step-free", door.places.landlord),
    ):
        await _tell(door, case_id, "start-strand", strand_kind=kind, item=item, partner_id=str(partner))
    flat = {
        "reference": "M-014",
        "address": "14 Larch Walk, Harrow Vale",
        "postcode": "zz99 3vz",
        "ready_on": "2026-03-02",
        "attributes": {"property_type": "flat", "bedrooms": 1, "access_class": "D", "rent_pence": 9000},
        "landlord_id": str(door.places.landlord),
    }
    home_id: str = (await door.post("/api/v1/properties", flat, "coordinator")).json()["property_id"]
    await _tell(door, case_id, "offer-property", strand="rehousing/1", property_id=home_id)
    strands = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["case"]["strands"]
    offer_id = strands["rehousing/1"]["offers"][0]["offer_id"]
    await _tell(door, case_id, "answer-offer", strand="rehousing/1", offer_id=offer_id, answer="accepted")
    await _tell(door, case_id, "let-property", strand="rehousing/1")
    return home_id


async def _tell(door: Door, case_id: UUID, kind: str, **fields: Any) -> None:
    body = {"kind": kind, **fields}
    asked = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
    assert asked.status_code == 202, asked.text
    await door.settle()
    status = (await door.get(asked.json()["status_url"], "coordinator")).json()
    assert status["state"] == "accepted", status


async def _asked_for_by_a_stranger(door: Door) -> None:
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": JOAN.nhs}],
        "name": [{"family": "Ashdown", "given": ["Joan"]}],
        "birthDate": "1941-05-02",
        "address": [{"line": ["77 Request Row"], "postalCode": "ZZ98 7AA", "use": "home"}],
    }
    body = request(patient, identifier=[{"system": "https://far.example/ref", "value": "R-1"}])
    answer = await door.post("/fhir/R4/ServiceRequest", body, "system", "STRANGER", **{"Content-Type": FHIR})
    assert answer.status_code == 201, answer.text


async def _operated(door: Door) -> None:
    """An edit of the parked message, and a list of the trust's own."""
    async with transaction(door.worker) as session:
        row = (await session.scalars(select(InboxRow).where(InboxRow.message_id == "P1"))).one()
    body = {
        "text": row.raw.decode().replace("FELL AT", "FELL NEAR").replace("\r", "\n"),
        "reason": "a typing error",
    }
    answer = await door.post(f"/api/v1/messages/{row.id}/edits", body, "operator")
    assert answer.status_code == 201, answer.text
    csv = f"NHS Number,Ward\n{JOAN.nhs},OAK\n"
    made = await door.client.post(
        "/api/v1/shadow-lists",
        params={"feed": "RXH-PAS"},
        content=csv,
        headers=door.headers("operator") | {"Content-Type": "text/csv"},
    )
    assert made.status_code == 201, made.text


async def _known(worker: AsyncEngine, case_id: UUID, home_id: str) -> dict[str, list[str]]:
    async with transaction(worker) as session:

        async def some(query: Any) -> list[str]:
            return [str(each) for each in await session.scalars(query)]

        people, documents = await some(select(Person.id)), await some(select(DocumentRow.id))
        requests = await some(select(ReferralRequestRow.id))
        started = CaseEventRow.kind == "check-started"
        used = InboxRow.message_id.in_(("M1", "K1", "G1", "P1")) | InboxRow.content_type.contains("json")
        known = {
            "case_id": [str(case_id)],
            "person_id": people,
            "contact_id": await some(select(ContactEntry.contact_id)),
            "message_id": await some(select(InboxRow.id).where(used)),
            "document_id": documents,
            "request_id": requests,
            "command_id": await some(select(CommandRow.id).order_by(CommandRow.created_at).limit(2)),
            "property_id": [home_id],
            "home_id": [home_id],
            "pair_id": await some(select(DuplicatePair.id)),
            "merge_id": await some(select(PersonMerge.id)),
            "replay_id": await some(select(ReplayRow.id)),
            "edit_id": await some(select(MessageEditRow.id)),
            "list_id": await some(select(ShadowListRow.id)),
            "alert_id": await some(select(AlertRow.id).limit(1)),
            "ServiceRequest": [str(case_id), *requests],
            "Task": [str(case_id), *requests],
            "Flag": await some(select(AlertRow.id)),
            "code": [FORM],
            "Questionnaire": [FORM],
            "QuestionnaireResponse": await some(select(CaseEventRow.command_id).where(started)),
            "Encounter": await some(select(Spell.id)),
            "Patient": people,
            "DocumentReference": documents,
            "Binary": documents,
            "kind": list(FORMS),
            "item": ["heating"],
            "number": ["1"],
            "slug": ["moving-inside"],
            "file_id": [str(uuid4())],
            "kept": [str(uuid4())],
            "note_id": await some(select(NoteRow.id).limit(1)),
            "name": ["tenures"],
        }
    assert {name for name, values in known.items() if not values} == set()
    return known


async def everything_logged(worker: AsyncEngine) -> str:
    """What was written beside the records: who changed what."""
    async with transaction(worker) as session:
        rows = await session.execute(text("SELECT action, subject, detail FROM audit_writes"))
        return "\n".join(str(tuple(row)) for row in rows)
