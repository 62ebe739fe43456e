"""A scripted attacker: somebody of every organisation that a case can meet asks for everything there is.

The matrix is made from the table of permissions and the routes of the application: each organisation, in each
relation to one case, asks every address and every kind of command. What the table does not allow is refused,
a refusal tells nothing of the person, and what is allowed tells no more than the relation sees.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic.fields import FieldInfo
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.commands.schemas import MODELS, OFFERED
from api.forms.definitions import FORMS
from discharge.permissions import PERMISSIONS, allowed, allowed_in
from discharge.roles import Relation
from discharge.store.engine import transaction
from discharge.store.tables import CommandRow, DocumentRow, Organisation, Spell
from fhir_adapters.store.tables import InboxRow
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.api.test_who_may import INTERFACES, PAGES
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.other_samples import document
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.postgres import Places

PARTIES: dict[str, Relation | None] = {
    "TRUST": "responsible-trust",
    "HOUSING": "housing-lead",
    "COUNCIL": "council",
    "LANDLORD": "landlord",
    "SUPPLIER": "supplier",
    "OTHER-TRUST": None,
    "STRANGER": None,
}
"""Organisation -> its relation to the case; the last two take no part in it."""

MORE = {"COUNCIL": "council", "SUPPLIER": "equipment-service", "OTHER-TRUST": "trust"}
INSIDERS = [each for each, relation in PARTIES.items() if relation is not None]
LIMITED = ("COUNCIL", "LANDLORD", "SUPPLIER", "OTHER-TRUST", "STRANGER")
ROLES = ("coordinator", "discharge-team", "operator", "system")

SECRETS: dict[str, tuple[str, ...]] = {
    "name": ("ASHDOWN",),
    "number": ("9990000018", "999 000 0018", "999%20000%200018"),
    "birth date": ("1941-05-02", "2 MAY 1941", "19410502"),
    "address": ("ACACIA", "LS1 1AA"),
    "ward": ("WARD-SIX",),
    "note": ("ONLY AFTER NINE",),
    "danger": ("HE WAITS OUTSIDE",),
    "document": ("SUMMARY OF THE STAY",),
}
SEEN: dict[str, frozenset[str]] = {
    "TRUST": frozenset(SECRETS) - {"danger"},
    "HOUSING": frozenset(SECRETS),
    "COUNCIL": frozenset(SECRETS) - {"danger", "document"},
    "LANDLORD": frozenset({"name"}),
    "SUPPLIER": frozenset({"name", "address"}),
    "OTHER-TRUST": frozenset(),
    "STRANGER": frozenset(),
}
"""What each party may read somewhere; nobody reads anything in a refusal."""

GUESSES = (
    "/worklist?text=9990000018",
    "/worklist?text=ashdown",
    "/worklist?ward=WARD-SIX",
    "/referrals/new?text=9990000018",
    "/referrals/new?text=ashdown",
    "/messages?who=ashdown",
    "/api/v1/cases?text=9990000018",
    "/api/v1/cases?ward=WARD-SIX",
    "/api/v1/messages?who=ashdown",
    "/fhir/R4/ServiceRequest?subject:identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018",
    "/fhir/R4/Task?patient:identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018",
    "/fhir/R4/DocumentReference?subject:identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018",
)


@dataclass(frozen=True)
class Scene:
    """One case with all its parties, and what may stand in an address."""

    door: Door
    case_id: UUID
    known: dict[str, list[str]]


@pytest.fixture
async def scene(door: Door, intake: Intake, owner: AsyncEngine, places: Places) -> Scene:  # noqa: F811
    """A case with a stay, a document, notes, an order, a rehousing, and everybody who takes part."""
    ids = {code: uuid4() for code in MORE}
    async with transaction(owner) as session:
        session.add_all(
            Organisation(id=ids[code], code=code, name=code.title(), kind=kind) for code, kind in MORE.items()
        )
    await intake.take(
        Sample(more={"PV1": {3: "WARD-SIX^A^1"}}).raw(),
        document("T02", "D1", "", "OBX|1|TX|S^Summary||Summary of the stay||||||F"),
    )
    case_id = await door.referred()
    await tell(door, case_id, "record-sharing-basis", basis="consent", note="Only after nine")
    await tell(door, case_id, "add-participant", organisation_id=str(ids["COUNCIL"]), role="council")
    await tell(door, case_id, "accept-referral", note="He waits outside", about_danger=True)
    for kind, item, partner in (
        ("equipment", "commode", ids["SUPPLIER"]),
        ("rehousing", "rehousing:1-bed-step-free", places.landlord),
    ):
        await tell(door, case_id, "start-strand", strand_kind=kind, item=item, partner_id=str(partner))
    await tell(
        door, case_id, "save-answers", form="home-check-1", answers={"heating": "no", "food": "unknown"}
    )
    async with transaction(owner) as session:
        assert await session.scalar(text("SELECT count(*) FROM safety_notes")) == 1
    return Scene(door, case_id, await known_ids(door.worker, case_id))


async def tell(door: Door, case_id: UUID, kind: str, **fields: Any) -> None:
    asked = await door.post(f"/api/v1/cases/{case_id}/commands", {"kind": kind, **fields}, "coordinator")
    assert asked.status_code == 202, asked.text
    await door.settle()
    status = (await door.get(asked.json()["status_url"], "coordinator")).json()
    assert status["state"] == "accepted", status


async def known_ids(worker: AsyncEngine, case_id: UUID) -> dict[str, list[str]]:
    async with transaction(worker) as session:

        async def some(query: Any) -> list[str]:
            return [str(each) for each in await session.scalars(query)]

        people = await some(select(Spell.person_id).distinct())
        spells, documents = await some(select(Spell.id)), await some(select(DocumentRow.id))
        alerts = await some(text("SELECT id FROM alerts LIMIT 1"))
        checks = await some(text("SELECT command_id FROM case_events WHERE kind = 'check-started'"))
        return {
            "case_id": [str(case_id)],
            "person_id": people,
            "message_id": await some(select(InboxRow.id)),
            "document_id": documents,
            "command_id": await some(select(CommandRow.id).limit(1)),
            "alert_id": alerts,
            "resource_id": [str(case_id), *people, *spells, *documents, *alerts, *checks, "home-check-1"],
        }


def reads(known: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Every address that answers GET, with all that may stand in it, and its action; then the guesses."""
    every = {**INTERFACES, **PAGES}
    for (method, path), action in every.items():
        names = re.findall(r"{(\w+)}", path)
        if method == "GET" and set(names) <= known.keys():
            for values in product(*(known[name] for name in names)):
                yield path.format(**dict(zip(names, values, strict=True))), action
    for path in GUESSES:
        yield path, every["GET", path.partition("?")[0]]


def may(party: str, role: str, action: str) -> bool:
    """What the table says, of a case where the action is about one."""
    about_a_case = bool(PERMISSIONS[action].relations)
    return allowed_in(PARTIES[party], role, action) if about_a_case else allowed(role, action)


def tells(answer: httpx.Response, path: str, *withheld: str) -> list[str]:
    """Which secrets an answer holds; what somebody typed is shown to them again."""
    typed = path.partition("?")[2].upper()
    shown = answer.text.upper()
    return [name for name in withheld for word in SECRETS[name] if word in shown and word not in typed]


async def ask(scene: Scene, party: str, role: str, path: str) -> httpx.Response:
    if path.startswith(("/api", "/fhir")):
        return await scene.door.get(path, role, party)
    return await scene.door.client.get(path)


ONE_CASE = re.compile(
    r"^(/api/v1|)/cases/[0-9a-f-]{36}(/timeline|/who-looked|/told|/messages|/documents|)$|^/api/v1/cases/[0-9a-f-]{36}/check$"
)


async def test_given_any_party_when_it_reads_everything_then_it_sees_what_its_part_needs_and_no_more(
    scene: Scene,
) -> None:
    faults: list[str] = []
    opened: dict[str, int] = dict.fromkeys(PARTIES, 0)
    for party, role in product(PARTIES, ROLES):
        sign_in(scene.door, role, party)
        for path, action in reads(scene.known):
            if role == "system" and not path.startswith(("/api", "/fhir")):
                continue
            answer = await ask(scene, party, role, path)
            refused, lawful = answer.status_code in (401, 403, 404), may(party, role, action)
            told = tells(answer, path, *(set(SECRETS) - (frozenset() if refused else SEEN[party])))
            unlawful = not refused and not lawful and scene_of(path, scene)
            shut = lawful and refused and bool(ONE_CASE.match(path))
            if told or unlawful or shut or answer.status_code >= 500:
                faults.append(f"{party} {role} {path}: {answer.status_code} {told}")
            opened[party] += lawful and not refused and scene_of(path, scene)
    assert faults == []
    assert {party for party, count in opened.items() if count} == set(INSIDERS)


def scene_of(path: str, scene: Scene) -> bool:
    """Whether an address is about the one case."""
    return f"/cases/{scene.case_id}" in path


def filled(kind: str) -> dict[str, Any]:
    """The smallest body of a kind of command that can be read."""
    fields = MODELS[kind].model_fields
    given = {name: value(field) for name, field in fields.items() if field.is_required()}
    return {"kind": kind, **given, **({"strand": "equipment/1"} if "strand" in fields else {})}


def value(field: FieldInfo) -> Any:
    """Something of the type of a field."""
    kind = field.annotation
    if typing.get_origin(kind) is typing.Union or isinstance(kind, types.UnionType):
        kind = next(each for each in typing.get_args(kind) if each is not type(None))
    if typing.get_origin(kind) is typing.Literal:
        return typing.get_args(kind)[0]
    if isinstance(kind, type) and hasattr(kind, "__members__"):
        return next(iter(kind)).value
    made: dict[Any, Any] = {str: "x", UUID: str(uuid4()), date: "2026-03-02", bool: True, int: 1}
    made |= {datetime: "2026-03-02T09:00:00Z"}
    if kind in made:
        return made[kind]
    if hasattr(kind, "model_fields"):
        return {name: value(each) for name, each in kind.model_fields.items() if each.is_required()}
    one = any(getattr(each, "min_length", 0) for each in field.metadata)
    if typing.get_origin(kind) is dict:
        return {"x": "yes"} if one else {}
    return [value(FieldInfo(annotation=typing.get_args(kind)[0]))] if one else []


async def test_given_a_party_below_the_leads_when_it_asks_every_command_then_the_table_decides(
    scene: Scene,
) -> None:
    path, faults = f"/api/v1/cases/{scene.case_id}/commands", []
    for party, kind, role in product(LIMITED, OFFERED, ("coordinator", "discharge-team")):
        body = filled(kind)
        own = ("strand" not in body or party == "SUPPLIER") and "hazard" not in body
        answer = await scene.door.post(path, body, role, party)
        refused = answer.status_code in (403, 404)
        if refused is (may(party, role, kind) and own) or tells(answer, path, *SECRETS):
            faults.append(f"{party} {role} {kind}: {answer.status_code} {answer.text[:200]}")
    assert faults == []
    await scene.door.settle()
    detail = (await scene.door.get(f"/api/v1/cases/{scene.case_id}", "coordinator", "HOUSING")).json()
    left = {each["role"] for each in detail["case"]["participants"] if each["until_on"] is None}
    assert "housing-health" in left
    assert detail["case"]["outcome"] in (None, "died"), "a death is recorded by whoever cares for the person"


async def test_given_a_party_below_the_leads_when_it_opens_every_form_then_the_table_decides(
    scene: Scene,
) -> None:
    faults = []
    for party in LIMITED:
        sign_in(scene.door, "coordinator", party)
        for kind in FORMS:
            path = f"/cases/{scene.case_id}/do/{kind}"
            answer = await scene.door.client.get(path)
            refused = answer.status_code in (403, 404)
            told = tells(answer, path, *(set(SECRETS) - (frozenset() if refused else SEEN[party])))
            if refused is may(party, "coordinator", kind) or told:
                faults.append(f"{party} {kind}: {answer.status_code} {told}")
    assert faults == []
