"""The scripted attacker writes and guesses: every address that the application has, by whoever takes no part.

The matrix is made from the routes of the application. What is somebody else's answers as what does not exist,
to the letter, in every role that may ask at all, and leaves the record as it was; whoever is disabled, or
whose session has ended, is answered nothing anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.web.sign_in.sessions import COOKIE, Session
from discharge.permissions import allowed
from discharge.roles import ROLES, Role
from discharge.store.base import Base
from discharge.store.engine import transaction
from discharge.store.tables import (
    CaseParticipantRow,
    Organisation,
    ReferralRequestRow,
    ReferralReviewerRow,
    SessionRow,
    Spell,
    User,
)
from tests.api.conftest import Door
from tests.api.signing_in import form_token, sign_in
from tests.api.test_who_may import ANYBODY, BODIES, INTERFACES, PAGES, SIGNED_IN, routes
from tests.discharge.store.walled_story import Story, story  # noqa: F401 - a row in every table
from tests.fixtures.cases import TODAY
from tests.fixtures.postgres import Places

MORE: dict[tuple[str, str], str] = {
    ("GET", "/cases/{case_id}/documents/{document_id}"): "document.read",
    ("GET", "/cases/{case_id}/documents/{document_id}/content"): "document.read",
    ("POST", "/dead-letters/{sequence}"): "deadletters.release",
    ("GET", "/feeds"): "messages.read",
    ("GET", "/feeds/unmapped"): "messages.read",
    ("POST", "/partners/{partner_id}"): "partners.switch",
    ("POST", "/requests/{command_id}/seen"): "command.read",
    ("GET", "/kept-forms/{kept}"): "case.read",
}
TABLE = INTERFACES | PAGES | MORE

HELD = {
    "case_id": "SELECT id FROM cases",
    "person_id": "SELECT id FROM persons WHERE merged_into IS NULL",
    "resource_id": "SELECT id FROM cases UNION SELECT id FROM persons UNION SELECT id FROM spells"
    " UNION SELECT id FROM documents UNION SELECT id FROM referral_requests",
    "message_id": "SELECT id FROM inbox",
    "document_id": "SELECT id FROM documents",
    "command_id": "SELECT id FROM commands",
    "alert_id": "SELECT id FROM alerts",
    "request_id": "SELECT id FROM referral_requests",
    "pair_id": "SELECT id FROM duplicate_pairs",
    "merge_id": "SELECT id FROM person_merges",
    "replay_id": "SELECT id FROM replays",
    "edit_id": "SELECT id FROM message_edits",
    "list_id": "SELECT id FROM shadow_lists",
    "property_id": "SELECT id FROM properties",
    "home_id": "SELECT id FROM properties",
    "user_id": "SELECT id FROM users WHERE issuer = 'i'",
    "reader_id": "SELECT id FROM place_readers",
    "contact_id": "SELECT contact_id FROM contact_entries",
    "appointment_id": "SELECT id FROM safety_advisers",
    "note_id": "SELECT id FROM notes",
    "entry_id": "SELECT id FROM safety_events",
    "file_id": "SELECT id FROM evidence_files",
    "partner_id": "SELECT id FROM partners",
    "sequence": "SELECT sequence FROM outbox WHERE state = 'dead'",
    "kept": "SELECT id FROM kept_forms",
}
"""What stands in an address -> what the record holds of that."""
CODES = {
    "kind": ["accept-referral", "close-case"],
    "item": ["steps-stairs"],
    "slug": ["getting-in-and-moving-inside"],
    "number": ["1"],
}
"""What stands in an address and is a code: a kind of command, an item or a domain of the check, a hazard."""
OPEN_NOUNS = {"property_id", "home_id"}
"""Homes are read by whoever finds homes: only writing is the landlord's."""
WRITTEN_BY_LOOKING = {"audit_reads", "audit_writes", "users", "sessions", "kept_forms", "safety_looks"}

FORMER, REVIEWER = "FORMER", "REVIEWER"
CASE_ONLY = {"case_id", "document_id", "command_id", "alert_id", "file_id", "note_id", *CODES}
"""What a trust with a bed, which reviews a request, is asked about: the case of others."""


def test_given_the_routes_of_the_application_then_each_is_in_the_table_with_what_stands_in_it() -> None:
    assert set(routes()) - set(TABLE) - ANYBODY - SIGNED_IN == set()
    named = {name for _, path in TABLE for name in re.findall(r"{(\w+)}", path)}
    assert named == {*HELD, *CODES}


@pytest.fixture
async def parties(owner: AsyncEngine, worker: AsyncEngine, story: Story, places: Places) -> None:  # noqa: F811
    """A referrer whose part has ended, and a trust with a bed that reviews a request about the person."""
    ids = {code: uuid4() for code in (FORMER, REVIEWER)}
    async with transaction(owner) as session:
        session.add_all(Organisation(id=ids[code], code=code, name=code, kind="trust") for code in ids)
    async with transaction(worker) as session:
        before = TODAY - timedelta(days=9)
        part = {"case_id": story.case_id, "organisation_id": ids[FORMER], "role": "referrer"}
        days = {"from_on": before, "until_on": before + timedelta(days=1)}
        session.add(CaseParticipantRow(**part, **days, relation="referrer", basis="referral"))
        stay = {"person_id": story.person_id, "organisation_id": ids[REVIEWER], "visit_number": "R1"}
        session.add(Spell(**stay, status="admitted", folded={}))
        request = (await session.scalars(select(ReferralRequestRow.id))).one()
        session.add(ReferralReviewerRow(request_id=request, organisation_id=ids[REVIEWER]))


async def held(owner: AsyncEngine) -> dict[str, list[str]]:
    async with transaction(owner) as session:
        found = {name: [str(each) for each in await session.scalars(text(sql))] for name, sql in HELD.items()}
    assert all(found.values()), "each kind of row is there to be guessed"
    return found | CODES


async def fingerprint(owner: AsyncEngine) -> dict[str, str]:
    """What every table holds, but for notes of who looked."""
    found = {}
    async with transaction(owner) as session:
        for table in sorted(set(Base.metadata.tables) - WRITTEN_BY_LOOKING):
            sql = f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} AS t"
            found[table] = str(await session.scalar(text(sql)))
    return found


def tries(known: dict[str, list[str]], party: str) -> Iterator[tuple[str, Role, str, str, dict[str, str]]]:
    """Every address with something in it and each role that may ask: with others' ids, and with nobody's."""
    for (method, path), action in TABLE.items():
        names = re.findall(r"{(\w+)}", path)
        if not names or (party == REVIEWER and not set(names) <= CASE_ONLY):
            continue
        if method == "GET" and set(names) & OPEN_NOUNS:
            continue
        for values in product(*(known[name] for name in names)):
            theirs = dict(zip(names, values, strict=True))
            nobodys = {name: absent(name, value) for name, value in theirs.items()}
            there, nowhere = path.format(**theirs), path.format(**nobodys)
            swapped = {nobodys[name]: theirs[name] for name in names if name not in CODES}
            for role in roles_for(action, path, party):
                yield method, role, there, nowhere, swapped


def roles_for(action: str, path: str, party: str) -> list[Role]:
    """Who may ask at all: of a stranger the first and the last of the table, of others the first."""
    may = [each for each in ROLES if allowed(each, action) and (each != "system" or is_interface(path))]
    return sorted({may[0], may[-1]}) if party in ("STRANGER", *SMALL_PARTS) else may[:1]


def is_interface(path: str) -> bool:
    return path.startswith(("/api", "/fhir"))


def absent(name: str, value: str) -> str:
    """An id that nothing has."""
    return value if name in CODES else "987654321" if name == "sequence" else str(uuid4())


async def ask(door: Door, session: Session, party: str, role: str, method: str, path: str, body: Any) -> Any:
    if is_interface(path):
        headers = door.headers(role, party)
        return await door.client.request(method, path, json=body, headers=headers)
    data = {"form_token": form_token(door, session), **body} if method == "POST" else None
    door.client.cookies.clear()
    door.client.cookies.set(COOKIE, session.session_id)
    return await door.client.request(method, path, data=data)


OF_EACH_ANSWER = re.compile(r'(name="(?:form_token|key)" value=")[^"]*|nonce-[\w-]+|"reference":"[^"]*"')


def plain(answer: Any, swapped: dict[str, str]) -> tuple[int, str]:
    """Status and body, with the ids that were asked for made alike."""
    body = OF_EACH_ANSWER.sub("", answer.text)
    for nobodys, theirs in swapped.items():
        body = body.replace(nobodys, theirs)
    return answer.status_code, body


FORM = {
    "reason": "test",
    "decision": "decline",
    "answer": "lifted",
    "because": "sold",
    "case_id": str(uuid4()),
}


@pytest.mark.parametrize("party", ["STRANGER", FORMER, REVIEWER])
async def test_given_no_part_when_every_address_is_tried_with_others_ids_then_they_are_as_if_not_there(
    door: Door,
    owner: AsyncEngine,
    story: Story,  # noqa: F811
    parties: None,
    party: str,
) -> None:
    known = await held(owner)
    before = await fingerprint(owner)
    sessions: dict[str, Session] = {role: sign_in(door, role, party) for role in ROLES}
    faults, count = [], 0
    for method, role, there, nowhere, swapped in tries(known, party):
        pattern = next(path for _, path in TABLE if matches(path, there))
        body, session = BODIES.get(pattern) if is_interface(there) else FORM, sessions[role]
        theirs = plain(await ask(door, session, party, role, method, there, body), {})
        nobodys = plain(await ask(door, session, party, role, method, nowhere, body), swapped)
        count += 1
        alike = theirs == nobodys or (readable(pattern) and theirs[0] in (403, 422))
        if not alike or theirs[0] >= 500:
            faults.append(f"{party} {role} {method} {there}: {theirs[0]} {nobodys[0]} {theirs[1][:200]}")
    assert faults == []
    assert count > 20
    after = await fingerprint(owner)
    assert {table for table in before if before[table] != after[table]} == set()


SMALL_PARTS = {"PART-SUPPLIER": "supplier", "PART-LANDLORD": "landlord", "PART-COUNCIL": "council"}


@pytest.fixture
async def small_parts(owner: AsyncEngine, worker: AsyncEngine, story: Story) -> None:  # noqa: F811
    """A supplier, a landlord and a council who take part in the case."""
    ids = {code: uuid4() for code in SMALL_PARTS}
    async with transaction(owner) as session:
        session.add_all(Organisation(id=ids[code], code=code, name=code, kind="council") for code in ids)
    async with transaction(worker) as session:
        for code, relation in SMALL_PARTS.items():
            part = {"case_id": story.case_id, "organisation_id": ids[code], "role": relation}
            days = {"from_on": TODAY - timedelta(days=9)}
            session.add(CaseParticipantRow(**part, **days, relation=relation, basis="order"))


@pytest.mark.parametrize("party", SMALL_PARTS)
async def test_given_a_small_part_when_what_stands_beside_the_case_is_written_to_then_it_stays_as_it_was(
    door: Door,
    owner: AsyncEngine,
    story: Story,  # noqa: F811
    parties: None,
    small_parts: None,
    party: str,
) -> None:
    known = await held(owner)
    before = await fingerprint(owner)
    faults, count = [], 0
    for (method, path), action in TABLE.items():
        names = re.findall(r"{(\w+)}", path)
        if method == "GET" or set(names) <= CASE_ONLY:
            continue
        where = path.format(**{name: known[name][0] for name in names})
        for role in roles_for(action, path, party):
            session = sign_in(door, role, party)
            body = BODIES.get(path) if is_interface(path) else FORM
            answer = await ask(door, session, party, role, method, where, body)
            count += 1
            if not 400 <= answer.status_code < 500:
                faults.append(f"{party} {role} {method} {where}: {answer.status_code} {answer.text[:200]}")
    assert faults == []
    assert count > 15
    after = await fingerprint(owner)
    assert {table for table in before if before[table] != after[table]} == set()


def readable(pattern: str) -> bool:
    """Whether others than its owner may read what stands in the address: refusing tells nothing then."""
    return bool(set(re.findall(r"{(\w+)}", pattern)) & OPEN_NOUNS)


def matches(pattern: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", pattern), path) is not None


@pytest.mark.parametrize("how", ["disabled", "ended", "expired token"])
async def test_given_somebody_whose_time_is_over_when_every_address_is_asked_then_nothing_is_answered(
    door: Door,
    worker: AsyncEngine,
    owner: AsyncEngine,
    story: Story,  # noqa: F811
    how: str,
) -> None:
    known = await held(owner)
    session = sign_in(door, "coordinator", "HOUSING")
    headers = door.headers("coordinator", "HOUSING")
    assert (await door.client.get("/api/v1/cases", headers=headers)).status_code == 200
    async with transaction(worker) as sql:
        theirs = select(User.id).where(User.role == "coordinator", User.issuer != "i")
        users = (await sql.scalars(theirs)).all()
        if how == "ended":
            await sql.execute(update(SessionRow).values(ended_at=door.clock.now))
    assert len(users) == 2, "the browser's and the token's"
    for each in users if how == "disabled" else ():
        shut = await door.post(f"/api/v1/users/{each}/access", {"disabled": True}, "admin", "HOUSING")
        assert shut.status_code == 200
    before = await fingerprint(owner)
    if how != "disabled":
        door.clock.now += timedelta(days=2)
    faults = []
    for method, path in TABLE:
        names = re.findall(r"{(\w+)}", path)
        where = path.format(**{name: known[name][0] for name in names})
        api = is_interface(path)
        data = None if api or method == "GET" else {"form_token": form_token(door, session), **FORM}
        answer = await door.client.request(
            method, where, headers=headers if api else None, data=data, json=BODIES.get(path) if api else None
        )
        turned_away = answer.status_code == 401 or (
            answer.status_code in (303, 307) and answer.headers["location"].startswith("/sign-in")
        )
        if not turned_away or "Ashdown" in answer.text:
            faults.append(f"{method} {where}: {answer.status_code} {answer.headers.get('location')}")
    assert faults == []
    after = await fingerprint(owner)
    assert {table for table in before if before[table] != after[table]} == set()


TRICKS = (
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Original-URL": "/api/v1/users"},
    {"X-Forwarded-User": "admin", "X-Remote-User": "admin", "X-Organisation": "TRUST"},
)


async def test_given_other_methods_headers_and_spellings_when_a_stranger_tries_them_then_nothing_opens(
    door: Door,
    story: Story,  # noqa: F811
) -> None:
    here = f"/api/v1/cases/{story.case_id}"
    paths: tuple[str, ...] = (
        here,
        f"{here}/",
        f"//api/v1/cases/{story.case_id}",
        f"/api/v1/./cases/{story.case_id}",
    )
    paths += (f"/static/..%2f..%2fapi/v1/cases/{story.case_id}", "/static/../settings.py", f"{here.upper()}")
    for method, path, more in product(
        ("GET", "HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE"), paths, ({}, *TRICKS)
    ):
        headers = door.headers("coordinator", "STRANGER", **more)
        answer = await door.client.request(method, path, headers=headers)
        assert answer.status_code in (401, 403, 404, 405, 307), f"{method} {path}: {answer.status_code}"
        if answer.status_code == 307:
            assert answer.headers["location"].startswith(("http://homeward.test/api/v1/", "/api/v1/"))
    assert (await door.client.get(here, headers=door.headers("coordinator", "HOUSING"))).status_code == 200
