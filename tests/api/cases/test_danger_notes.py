"""What speaks of danger is in the annex, whatever door it came by: named people and the writer read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import CommandRow, Organisation, PartnerRow, User
from fhir_adapters.store.tables import InboxRow
from housing_checks.store.safety import sweep_annexes
from housing_checks.store.safety_tables import ADVISER as KIND
from housing_checks.store.safety_tables import SafetyAdviserRow
from tests.api.conftest import Door
from tests.api.fhir.posting import FHIR, PATIENT, request
from tests.api.signing_in import form_token, sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.other_samples import referral
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.housing_checks.homes import FORM_1

WORDS = "He waits outside"
TOLD = ("HE WAITS OUTSIDE", '"SAFETY"', "ABUSE OR ANOTHER DANGER", "|SAFETY")
"""The words themselves, and the reason for referral in code and words."""
WRITER, COLLEAGUE, ELSEWHERE, ADVISER = "writer", "colleague", "elsewhere", "adviser"


@dataclass(frozen=True)
class Scene:
    """A case with all who take part; in the trust a writer, a colleague of the team, and another team."""

    door: Door
    intake: Intake
    case_id: UUID

    def headers(self, subject: str, role: str = "discharge-team", org: str = "TRUST") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.door.token(role, org, subject)}"}

    async def ask(self, body: dict[str, Any]) -> None:
        path = f"/api/v1/cases/{self.case_id}/commands"
        asked = await self.door.client.post(path, json=body, headers=self.headers(WRITER))
        assert asked.status_code in (200, 202), asked.text
        await self.settled()

    async def settled(self) -> None:
        await self.door.settle()
        async with transaction(self.door.worker) as session:
            rows = list(await session.scalars(select(CommandRow)))
            states = [row.state for row in rows]
        refused = [each for each in states if each != "accepted"]
        assert refused == [], [(row.kind, row.answer) for row in rows if row.state != "accepted"]

    async def form(self, kind: str, **fields: Any) -> None:
        session = sign_in(self.door, "discharge-team")
        data = {"form_token": form_token(self.door, session), **fields}
        answer = await self.door.client.post(f"/cases/{self.case_id}/do/{kind}", data=data)
        assert answer.status_code == 303, answer.text
        await self.settled()


@pytest.fixture
async def scene(door: Door, intake: Intake, owner: AsyncEngine) -> Scene:  # noqa: F811
    council, team = uuid4(), uuid4()
    issuer = door.app.state.services.settings.bearer_issuer
    async with transaction(owner) as session:
        session.add(Organisation(id=council, code="COUNCIL", name="Council", kind="council"))
        session.add(PartnerRow(organisation_id=council, endpoint="http://x", kind="council"))
        await session.execute(
            text("INSERT INTO teams (id, organisation_id, code, name) VALUES (:id, :who, 'A', 'A')"),
            {"id": team, "who": door.places.trust},
        )
        for name in (WRITER, COLLEAGUE, ELSEWHERE, ADVISER):
            await session.execute(
                text(
                    "INSERT INTO users (id, issuer, subject, display_name, organisation_id, role, team_id)"
                    " VALUES (gen_random_uuid(), :issuer, :name, :name, :who, 'discharge-team', :team)"
                ),
                {
                    "issuer": issuer,
                    "name": name,
                    "who": door.places.trust,
                    "team": None if name == ELSEWHERE else team,
                },
            )
    await appointed(owner, door.places.trust)
    await intake.take(Sample().raw())
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "record-sharing-basis", basis="consent")
    add = {"kind": "add-participant", "organisation_id": str(council), "role": "council"}
    await door.post(f"/api/v1/cases/{case_id}/commands", add, "coordinator")
    for kind, item in (("equipment", "commode"), ("rehousing", "rehousing:1-bed-step-free")):
        partner = str(door.places.landlord)
        start = {"kind": "start-strand", "strand_kind": kind, "item": item, "partner_id": partner}
        await door.post(f"/api/v1/cases/{case_id}/commands", start, "coordinator")
        await door.settle()
    return Scene(door, intake, case_id)


async def appointed(owner: AsyncEngine, trust: UUID) -> None:
    async with transaction(owner) as session:
        adviser = await session.scalar(select(User.id).where(User.subject == ADVISER))
        row = {"organisation_id": trust, "user_id": adviser, "appointed_by": adviser}
        session.add(SafetyAdviserRow(id=uuid4(), kind=KIND, **row))


async def by_note(scene: Scene) -> None:
    await scene.ask({"kind": "add-note", "note": WORDS, "about_danger": True})


async def by_note_of_another_command(scene: Scene) -> None:
    await scene.ask({"kind": "flag-homelessness", "flag": "no", "note": WORDS, "about_danger": True})


async def by_amendment(scene: Scene) -> None:
    await scene.ask({"kind": "amend-referral", "reasons": ["safety", "adaptation"], "note": WORDS})


async def by_amendment_alone(scene: Scene) -> None:
    await scene.ask({"kind": "amend-referral", "reasons": ["safety"]})


async def by_referral(scene: Scene) -> None:
    person = {"nhs_number": "9990000018"}
    body = {"person": person, "reasons": ["safety"], "note": WORDS}
    answer = await scene.door.client.post("/api/v1/referrals", json=body, headers=scene.headers(WRITER))
    assert answer.status_code == 202, answer.text
    await scene.settled()


async def by_item_of_a_check(scene: Scene) -> None:
    answers = dict.fromkeys(FORM_1.codes, "yes")
    item = next(iter(answers))
    body = {"kind": "complete-check", "form": "home-check-1", "answers": answers}
    body |= {"item_notes": {item: WORDS}, "danger_items": [item]}
    path = f"/api/v1/cases/{scene.case_id}/commands"
    asked = await scene.door.post(path, body, "coordinator", "HOUSING")
    assert asked.status_code == 202, asked.text
    await scene.settled()


async def by_page_note(scene: Scene) -> None:
    await scene.form("add-note", note=WORDS, about_danger="yes")


async def by_page_amendment(scene: Scene) -> None:
    await scene.form(
        "amend-referral",
        note=WORDS,
        reasons=["safety", "adaptation"],
        tenure="unknown",
        lives_alone="unknown",
    )


async def by_fhir(scene: Scene) -> None:
    reason = {
        "coding": [{"system": "https://homeward.example/fhir/CodeSystem/housing-barrier", "code": "safety"}]
    }
    person = {**PATIENT, "name": [{"family": "Ashdown", "given": ["Joan"]}], "birthDate": "1941-05-02"}
    body = request(person, reasonCode=[reason], note=[{"text": WORDS}])
    answer = await scene.door.client.post(
        "/fhir/R4/ServiceRequest", json=body, headers=scene.headers(WRITER) | {"Content-Type": FHIR}
    )
    assert answer.status_code in (200, 201, 202), answer.text
    await scene.settled()


async def by_hl7(scene: Scene) -> None:
    note = f"NTE|1||{WORDS}"
    [told] = await scene.intake.take(referral("REF^I12", note, reason="safety", message_id="K7"))
    assert told.state == "interpreted", told
    await scene.settled()


async def by_hl7_change(scene: Scene) -> None:
    await scene.intake.take(referral("REF^I12", reason="adaptation", message_id="K7", sent="20260302103000"))
    await scene.settled()
    change = {"message_id": "K8", "sent": "20260302110000"}
    [told] = await scene.intake.take(referral("REF^I13", f"NTE|1||{WORDS}", reason="safety", **change))
    assert told.state == "interpreted", told
    await scene.settled()


DOORS: Mapping[Callable[[Scene], Awaitable[None]], frozenset[str]] = {
    by_note: frozenset({WRITER, ADVISER}),
    by_note_of_another_command: frozenset({WRITER, ADVISER}),
    by_amendment: frozenset({WRITER, ADVISER}),
    by_amendment_alone: frozenset({WRITER, ADVISER}),
    by_referral: frozenset({WRITER, ADVISER}),
    by_item_of_a_check: frozenset({ADVISER}),
    by_page_note: frozenset({"page", ADVISER}),
    by_page_amendment: frozenset({"page", ADVISER}),
    by_fhir: frozenset({WRITER, ADVISER}),
    by_hl7: frozenset({ADVISER}),
    by_hl7_change: frozenset({ADVISER}),
}
"""Door -> who reads it, beside a writer who is none of those that look; a message has no writer."""

READERS: Mapping[str, tuple[str, str, str]] = {
    WRITER: (WRITER, "discharge-team", "TRUST"),
    COLLEAGUE: (COLLEAGUE, "discharge-team", "TRUST"),
    ELSEWHERE: (ELSEWHERE, "discharge-team", "TRUST"),
    ADVISER: (ADVISER, "discharge-team", "TRUST"),
    "housing": ("lead", "coordinator", "HOUSING"),
    "council": ("council", "coordinator", "COUNCIL"),
    "landlord": ("landlord", "coordinator", "LANDLORD"),
    "monitor": ("monitor", "trust-monitor", "TRUST"),
    "operator": ("operator", "operator", "TRUST"),
    "admin": ("admin", "admin", "TRUST"),
    "system": ("system", "system", "TRUST"),
}


BY_PAGE = (
    ("page", "discharge-team", None),
    ("housing", "coordinator", "HOUSING"),
    ("council", "coordinator", "COUNCIL"),
    ("operator", "operator", "TRUST"),
)


async def interfaces(scene: Scene) -> list[str]:
    async with transaction(scene.door.worker) as session:
        latest = select(InboxRow.id).order_by(InboxRow.sequence.desc()).limit(1)
        messages = [str(each) for each in await session.scalars(latest)]
        newest = select(CommandRow.id).order_by(CommandRow.created_at.desc()).limit(1)
        commands = [str(each) for each in await session.scalars(newest)]
    case, fhir = f"/api/v1/cases/{scene.case_id}", "/fhir/R4"
    return [
        case,
        f"{case}/timeline",
        f"{case}/safety",
        "/api/v1/cases",
        "/api/v1/alerts",
        f"{fhir}/ServiceRequest/{scene.case_id}",
        f"{fhir}/Task/{scene.case_id}",
        "/api/v1/messages?text=outside",
        *(f"/api/v1/messages/{each}{raw}" for each in messages for raw in ("", "/raw")),
        *(f"/api/v1/commands/{each}" for each in commands),
    ]


def tells(shown: str) -> bool:
    """Whether it is told. The line on safety, which every case has, tells nothing: its key does not count."""
    plain = shown.upper().replace('"SAFETY":', "")
    return any(word in plain for word in TOLD)


async def readers(scene: Scene) -> set[str]:
    """Who reads it at any interface, and on the pages of a case and of messages."""
    found, paths = set(), await interfaces(scene)
    for name, (subject, role, org) in READERS.items():
        for path in paths:
            if "/messages" in path and role not in ("operator", "admin"):
                continue
            answer = await scene.door.client.get(path, headers=scene.headers(subject, role, org))
            if tells(answer.text):
                found.add(name)
    page = f"/cases/{scene.case_id}"
    for name, role, org in BY_PAGE:
        sign_in(scene.door, role, org)
        ours = [each.removeprefix("/api/v1") for each in paths if "/api/v1/messages/" in each]
        for path in (page, f"{page}/safety", f"{page}/told", "/alerts", "/worklist", *ours):
            if tells((await scene.door.client.get(path)).text):
                found.add(name)
    return found


@pytest.mark.parametrize("way", DOORS, ids=lambda each: each.__name__)
async def test_given_what_speaks_of_danger_when_told_then_named_people_and_the_writer_alone_read_it(
    scene: Scene, way: Callable[[Scene], Awaitable[None]]
) -> None:
    await way(scene)

    assert await readers(scene) == DOORS[way]
    async with transaction(scene.door.worker) as session:
        for table in TABLES:
            rows = await session.execute(text(f"SELECT to_jsonb({table}.*)::text FROM {table}"))
            assert not any(tells(row) for row in rows.scalars()), table


TABLES = ("notes", "case_events", "cases", "outbox", "alerts", "commands", "case_commands", "audit_writes")


@pytest.mark.parametrize("way", DOORS, ids=lambda each: each.__name__)
async def test_given_what_speaks_of_danger_when_told_then_the_adviser_is_to_call(
    scene: Scene, way: Callable[[Scene], Awaitable[None]]
) -> None:
    await way(scene)
    due = await scene.door.client.get("/api/v1/safety", headers=scene.headers(ADVISER))
    assert {each["clock"] for each in due.json()["due"]} == {"ask-alone", "call", "decide"}
    others = await scene.door.client.get("/api/v1/safety", headers=scene.headers(WRITER))
    assert others.json()["due"] == []


async def standing(scene: Scene) -> tuple[int, list[str], list[str]]:
    """For a colleague: the version of the case, its events and notes."""
    path, headers = f"/api/v1/cases/{scene.case_id}", scene.headers(COLLEAGUE)
    case = (await scene.door.client.get(path, headers=headers)).json()
    told = (await scene.door.client.get(f"{path}/timeline", headers=headers)).json()
    return (
        case["version"],
        [each["kind"] for each in told["events"]],
        [each["text"] for each in told["notes"]],
    )


async def test_given_a_note_about_danger_when_a_colleague_reads_the_case_then_it_is_as_it_was(
    scene: Scene,
) -> None:
    await scene.ask({"kind": "add-note", "note": "Rang the daughter"})
    before = await standing(scene)
    await by_note(scene)
    await by_note(scene)
    await by_page_note(scene)
    assert await standing(scene) == before
    async with transaction(scene.door.worker) as session:
        asked = await session.scalars(select(CommandRow.kind).where(CommandRow.kind == "add-note"))
        assert len(asked.all()) == 1, "no request of the case tells of it"


async def test_given_a_note_about_danger_when_it_is_sent_again_then_it_is_there_once(scene: Scene) -> None:
    path, again = f"/api/v1/cases/{scene.case_id}/commands", {"Idempotency-Key": "once"}
    body = {"kind": "add-note", "note": WORDS, "about_danger": True}
    headers = scene.headers(WRITER) | again
    sent = [await scene.door.client.post(path, json=body, headers=headers) for _ in range(2)]
    assert [each.status_code for each in sent] == [200, 200]
    assert sent[0].json() == sent[1].json()
    other = await scene.door.client.post(path, json=body | {"note": "Otherwise"}, headers=headers)
    assert other.json()["code"] == "duplicate-key-other-body"
    own = await scene.door.client.get(f"/api/v1/cases/{scene.case_id}/safety", headers=scene.headers(WRITER))
    assert own.text.count(WORDS) == 1


async def test_given_a_referral_about_danger_that_opens_a_case_when_the_sweep_comes_then_the_adviser_reads_it(
    scene: Scene,
) -> None:
    person = {
        "nhs_number": "9990000026",
        "family_name": "Ashdowe",
        "given_name": "Edina",
        "birth_date": "1941-05-03",
    }
    case_id = await scene.door.referred(person=person, reasons=["safety"], note=WORDS)
    path, adviser = f"/api/v1/cases/{case_id}/safety", scene.headers(ADVISER)
    assert WORDS not in (await scene.door.client.get(path, headers=adviser)).text
    async with transaction(scene.door.worker) as session:
        await sweep_annexes(session, await case_time(scene))
    assert WORDS in (await scene.door.client.get(path, headers=adviser)).text


async def case_time(scene: Scene) -> datetime:
    now: datetime = await scene.door.app.state.services.case_now()
    return now
