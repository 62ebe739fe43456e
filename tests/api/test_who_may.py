"""Each role at each address: the one table of permissions decides, and no address is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from api.fhir.resource_types import TYPES
from api.web.registry import PAGES as PAGE_ROUTERS
from api.web.registry import ROUTERS
from discharge.permissions import allowed
from discharge.roles import ROLES
from tests.api.conftest import Door
from tests.api.signing_in import form_token, sign_in

ID = str(uuid4())

INTERFACES: dict[tuple[str, str], str] = {
    ("POST", "/api/v1/referrals"): "refer",
    ("GET", "/api/v1/referrals"): "case.list",
    ("GET", "/api/v1/referral-requests"): "referral-requests.read",
    ("GET", "/api/v1/referral-requests/{request_id}"): "referral-requests.read",
    ("POST", "/api/v1/referral-requests/{request_id}/decision"): "referral-requests.answer",
    ("GET", "/api/v1/cases"): "case.list",
    ("GET", "/api/v1/cases/{case_id}"): "case.read",
    ("GET", "/api/v1/cases/{case_id}/check"): "case.read",
    ("GET", "/api/v1/cases/{case_id}/timeline"): "case.follow",
    ("GET", "/api/v1/cases/{case_id}/hazards"): "case.read",
    ("GET", "/api/v1/cases/{case_id}/who-looked"): "case.looks",
    ("GET", "/api/v1/hidings"): "hidings.read",
    ("POST", "/api/v1/hidings/{message_id}/answer"): "hidings.answer",
    ("POST", "/api/v1/hidings/{message_id}/withdrawal"): "hidings.withdraw",
    ("GET", "/api/v1/cases/{case_id}/contact-details"): "case.contacts",
    ("POST", "/api/v1/cases/{case_id}/contact-details"): "contacts.edit",
    ("POST", "/api/v1/cases/{case_id}/contact-details/{contact_id}/correct"): "contacts.edit",
    ("POST", "/api/v1/cases/{case_id}/contact-details/{contact_id}/end"): "contacts.edit",
    ("GET", "/api/v1/cases/{case_id}/place-readers"): "place.name",
    ("POST", "/api/v1/cases/{case_id}/place-readers"): "place.name",
    ("POST", "/api/v1/cases/{case_id}/place-readers/{reader_id}/end"): "place.name",
    ("POST", "/api/v1/cases/{case_id}/notes/{note_id}/withdraw"): "notes.withdraw",
    ("GET", "/api/v1/cases/{case_id}/safety"): "safety.ask",
    ("POST", "/api/v1/cases/{case_id}/safety"): "safety.ask",
    ("POST", "/api/v1/cases/{case_id}/safety/named"): "safety.ask",
    ("POST", "/api/v1/cases/{case_id}/safety/named/{user_id}/end"): "safety.ask",
    ("GET", "/api/v1/safety"): "safety.ask",
    ("GET", "/api/v1/safety/referrals"): "safety.ask",
    ("POST", "/api/v1/safety/referrals/{entry_id}/end"): "safety.ask",
    ("GET", "/api/v1/safety/advisers"): "safety.advisers",
    ("POST", "/api/v1/safety/advisers"): "safety.advisers",
    ("POST", "/api/v1/safety/advisers/{appointment_id}/end"): "safety.advisers",
    ("GET", "/api/v1/cases/{case_id}/documents"): "document.read",
    ("GET", "/api/v1/cases/{case_id}/documents/{document_id}"): "document.read",
    ("GET", "/api/v1/cases/{case_id}/documents/{document_id}/content"): "document.read",
    ("GET", "/api/v1/cases/{case_id}/evidence"): "evidence.read",
    ("POST", "/api/v1/cases/{case_id}/evidence"): "add-item-evidence",
    ("GET", "/api/v1/cases/{case_id}/evidence/{file_id}/content"): "evidence.read",
    ("GET", "/api/v1/cases/{case_id}/evidence/{file_id}/thumbnail"): "evidence.read",
    ("POST", "/api/v1/cases/{case_id}/commands"): "accept-referral",
    ("GET", "/api/v1/cases/{case_id}/check/proposals"): "save-answers",
    ("GET", "/api/v1/commands/{command_id}"): "command.read",
    ("GET", "/api/v1/users"): "admin.people",
    ("POST", "/api/v1/users/{user_id}/access"): "admin.people",
    ("GET", "/api/v1/alerts"): "alerts.read",
    ("GET", "/api/v1/messages"): "messages.read",
    ("GET", "/api/v1/messages/{message_id}"): "messages.read",
    ("GET", "/api/v1/messages/{message_id}/raw"): "messages.read",
    ("GET", "/api/v1/messages/causes"): "messages.read",
    ("POST", "/api/v1/messages/{message_id}/edits"): "messages.release",
    ("POST", "/api/v1/replays"): "messages.release",
    ("GET", "/api/v1/replays"): "messages.read",
    ("GET", "/api/v1/replays/{replay_id}"): "messages.read",
    ("POST", "/api/v1/replays/{replay_id}/stop"): "messages.release",
    ("GET", "/api/v1/edits"): "messages.read",
    ("POST", "/api/v1/edits/{edit_id}/decision"): "messages.approve",
    ("POST", "/api/v1/sent/{sequence}/again"): "deadletters.release",
    ("GET", "/api/v1/alarms"): "messages.read",
    ("GET", "/api/v1/feeds"): "messages.read",
    ("GET", "/api/v1/dead-letters"): "deadletters.read",
    ("POST", "/api/v1/dead-letters/{sequence}/decision"): "deadletters.release",
    ("GET", "/api/v1/failed-commands"): "failed-commands.read",
    ("POST", "/api/v1/failed-commands/{command_id}/decision"): "failed-commands.decide",
    ("GET", "/api/v1/partners"): "deadletters.read",
    ("POST", "/api/v1/partners/{partner_id}/decision"): "partners.switch",
    ("GET", "/api/v1/duplicates"): "duplicates.read",
    ("GET", "/api/v1/duplicates/{pair_id}"): "duplicates.read",
    ("POST", "/api/v1/duplicates/{pair_id}/decision"): "duplicates.decide",
    ("GET", "/api/v1/merges"): "duplicates.read",
    ("POST", "/api/v1/merges/{merge_id}/undo"): "merges.undo",
    ("GET", "/api/v1/test-patients"): "duplicates.read",
    ("POST", "/api/v1/shadow-lists"): "shadow.import",
    ("GET", "/api/v1/shadow-lists"): "shadow.read",
    ("GET", "/api/v1/shadow-lists/{list_id}"): "shadow.read",
    ("GET", "/api/v1/shadow-rules"): "shadow.read",
    ("GET", "/api/v1/cases/{case_id}/check/items"): "case.follow",
    ("GET", "/api/v1/cases/{case_id}/check/items/{item}"): "case.follow",
    ("PUT", "/api/v1/cases/{case_id}/check/items/{item}"): "confirm-item",
    ("GET", "/api/v1/properties"): "properties.read",
    ("GET", "/api/v1/properties/{property_id}"): "properties.read",
    ("POST", "/api/v1/properties"): "properties.edit",
    ("PUT", "/api/v1/properties/{property_id}"): "properties.edit",
    ("POST", "/api/v1/properties/{property_id}/withdrawal"): "properties.edit",
    ("GET", "/api/v1/reports/bed-days"): "reports.read",
    ("POST", "/fhir/R4/ServiceRequest"): "refer",
    ("POST", "/fhir/R4"): "refer",
    **{("GET", f"/fhir/R4/{kind.name}/{{resource_id}}"): kind.action for kind in TYPES},
    **{("GET", f"/fhir/R4/{kind.name}"): kind.search_action for kind in TYPES if kind.find},
}

PAGES: dict[tuple[str, str], str] = {
    ("GET", "/worklist"): "case.list",
    ("GET", "/referrals/new"): "refer",
    ("GET", "/referrals/new/somebody"): "refer",
    ("POST", "/referrals/new/somebody"): "refer",
    ("GET", "/referral-requests"): "referral-requests.read",
    ("GET", "/referral-requests/{request_id}"): "referral-requests.read",
    ("POST", "/referral-requests/{request_id}/take-on"): "referral-requests.answer",
    ("POST", "/referral-requests/{request_id}/decline"): "referral-requests.answer",
    ("POST", "/referral-requests/{request_id}/withdraw"): "refer",
    ("GET", "/referrals/new/{person_id}"): "refer",
    ("POST", "/referrals/new/{person_id}"): "refer",
    ("GET", "/cases/{case_id}"): "case.read",
    ("GET", "/cases/{case_id}/hazards"): "case.read",
    ("GET", "/cases/{case_id}/who-looked"): "case.looks",
    ("GET", "/cases/{case_id}/told"): "case.told",
    ("GET", "/cases/{case_id}/messages"): "case.messages",
    ("GET", "/cases/{case_id}/check/offline"): "save-answers",
    ("GET", "/cases/{case_id}/check/offline/content"): "save-answers",
    ("POST", "/cases/{case_id}/check/offline/answers"): "save-answers",
    ("GET", "/cases/{case_id}/check/items/{item}/files"): "evidence.read",
    ("POST", "/cases/{case_id}/check/items/{item}/files"): "add-item-evidence",
    ("GET", "/cases/{case_id}/hazards/{number}/files"): "evidence.read",
    ("POST", "/cases/{case_id}/hazards/{number}/files"): "add-item-evidence",
    ("GET", "/cases/{case_id}/evidence/{file_id}"): "evidence.read",
    ("GET", "/cases/{case_id}/evidence/{file_id}/picture"): "evidence.read",
    ("GET", "/cases/{case_id}/evidence/{file_id}/thumbnail"): "evidence.read",
    ("GET", "/cases/{case_id}/evidence/{file_id}/content"): "evidence.read",
    ("GET", "/cases/{case_id}/evidence/{file_id}/remove"): "remove-item-evidence",
    ("POST", "/cases/{case_id}/evidence/{file_id}/remove"): "remove-item-evidence",
    ("GET", "/cases/{case_id}/check/proposed"): "save-answers",
    ("POST", "/cases/{case_id}/check/proposed"): "save-answers",
    ("GET", "/cases/{case_id}/check"): "case.follow",
    ("POST", "/cases/{case_id}/check/complete"): "complete-check",
    ("GET", "/cases/{case_id}/check/domains/{slug}"): "case.follow",
    ("POST", "/cases/{case_id}/check/domains/{slug}"): "confirm-item",
    ("GET", "/cases/{case_id}/check/items/{item}"): "case.follow",
    ("POST", "/cases/{case_id}/check/items/{item}"): "confirm-item",
    ("POST", "/cases/{case_id}/check/items/{item}/settle"): "settle-answer",
    ("GET", "/cases/{case_id}/check/all"): "complete-check",
    ("POST", "/cases/{case_id}/check/all"): "complete-check",
    ("POST", "/cases/{case_id}/check/all/hand-in"): "complete-check",
    ("POST", "/cases/{case_id}/check/all/save"): "complete-check",
    ("GET", "/cases/{case_id}/do/{kind}"): "accept-referral",
    ("POST", "/cases/{case_id}/do/{kind}"): "accept-referral",
    ("GET", "/requests"): "command.read",
    ("GET", "/requests/{command_id}"): "command.read",
    ("GET", "/homes"): "properties.read",
    ("GET", "/homes/new"): "properties.edit",
    ("POST", "/homes/new"): "properties.edit",
    ("GET", "/homes/{home_id}"): "properties.read",
    ("POST", "/homes/{home_id}"): "properties.edit",
    ("POST", "/homes/{home_id}/withdraw"): "properties.edit",
    ("GET", "/alerts"): "alerts.read",
    ("POST", "/alerts/{alert_id}/acknowledge"): "acknowledge-alert",
    ("GET", "/reports/bed-days"): "reports.read",
    ("GET", "/messages"): "messages.read",
    ("GET", "/messages/{message_id}"): "messages.read",
    ("GET", "/messages/{message_id}/raw"): "messages.read",
    ("GET", "/messages/parked"): "messages.read",
    ("POST", "/messages/replays"): "messages.release",
    ("GET", "/hidings"): "hidings.read",
    ("POST", "/hidings/{message_id}/answer"): "hidings.answer",
    ("POST", "/hidings/{message_id}/withdraw"): "hidings.withdraw",
    ("GET", "/cases/{case_id}/contact-details"): "case.contacts",
    ("GET", "/cases/{case_id}/contact-details/new"): "contacts.edit",
    ("POST", "/cases/{case_id}/contact-details/new"): "contacts.edit",
    ("GET", "/cases/{case_id}/contact-details/{contact_id}/change"): "contacts.edit",
    ("POST", "/cases/{case_id}/contact-details/{contact_id}/change"): "contacts.edit",
    ("POST", "/cases/{case_id}/contact-details/{contact_id}/end"): "contacts.edit",
    ("GET", "/cases/{case_id}/place-readers"): "place.name",
    ("POST", "/cases/{case_id}/place-readers"): "place.name",
    ("POST", "/cases/{case_id}/place-readers/{reader_id}/end"): "place.name",
    ("GET", "/cases/{case_id}/notes/{note_id}/withdraw"): "notes.withdraw",
    ("POST", "/cases/{case_id}/notes/{note_id}/withdraw"): "notes.withdraw",
    ("GET", "/cases/{case_id}/safety"): "safety.ask",
    ("POST", "/cases/{case_id}/safety"): "safety.ask",
    ("GET", "/safety"): "safety.ask",
    ("POST", "/safety/referrals/{entry_id}/end"): "safety.ask",
    ("GET", "/safety/advisers"): "safety.advisers",
    ("POST", "/safety/advisers"): "safety.advisers",
    ("POST", "/safety/advisers/{appointment_id}/end"): "safety.advisers",
    ("GET", "/messages/replays"): "messages.read",
    ("GET", "/messages/replays/{replay_id}"): "messages.read",
    ("POST", "/messages/replays/{replay_id}/stop"): "messages.release",
    ("GET", "/messages/alarms"): "messages.read",
    ("GET", "/messages/edits"): "messages.read",
    ("GET", "/messages/edits/{edit_id}"): "messages.read",
    ("POST", "/messages/edits/{edit_id}"): "messages.approve",
    ("GET", "/messages/{message_id}/edit"): "messages.release",
    ("POST", "/messages/{message_id}/edit"): "messages.release",
    ("POST", "/messages/sent/{sequence}/again"): "deadletters.release",
    ("GET", "/dead-letters"): "deadletters.read",
    ("GET", "/failed-requests"): "failed-commands.read",
    ("POST", "/failed-requests/{command_id}"): "failed-commands.decide",
    ("GET", "/duplicates"): "duplicates.read",
    ("GET", "/duplicates/{pair_id}"): "duplicates.read",
    ("POST", "/duplicates/{pair_id}"): "duplicates.decide",
    ("GET", "/merges/{merge_id}"): "duplicates.read",
    ("POST", "/merges/{merge_id}"): "merges.undo",
    ("GET", "/shadow"): "shadow.read",
    ("POST", "/shadow"): "shadow.import",
    ("GET", "/shadow/{list_id}"): "shadow.read",
    ("GET", "/shadow-rules"): "shadow.read",
}

ANYBODY = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/signed-out"),
    ("GET", "/fhir/R4/metadata"),
    ("GET", "/sign-in"),
    ("GET", "/sign-in/start"),
    ("GET", "/sign-in/callback"),
    ("GET", "/offline"),
    ("GET", "/offline-worker.js"),
}
SIGNED_IN = {
    ("GET", "/kept-forms/{kept}"),
    ("GET", "/offline/session"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/clock"),
    ("GET", "/api/v1/codes"),
    ("GET", "/api/v1/codes/{name}"),
    ("GET", "/api/v1/hazard-schemes"),
    ("GET", "/api/v1/check-forms"),
    ("GET", "/api/v1/check-forms/{code}"),
    ("POST", "/sign-out"),
    ("GET", "/"),
    ("POST", "/requests/{command_id}/seen"),
}
"""For whoever is signed in; what they show is theirs, or nobody's."""

HOME = {
    "reference": "M-1",
    "address": "1 Mill Row",
    "postcode": "ZZ99 1AA",
    "ready_on": "2026-03-02",
    "attributes": {"property_type": "flat", "bedrooms": 1},
}
BODIES = {
    "/api/v1/referrals": {"person": {"nhs_number": "9990000018"}},
    "/api/v1/partners/{partner_id}/decision": {"decision": "try", "reason": "test"},
    "/api/v1/users/{user_id}/access": {"disabled": True},
    "/api/v1/referral-requests/{request_id}/decision": {"decision": "decline", "reason": "other-area"},
    "/api/v1/hidings/{message_id}/answer": {"person_id": ID, "answer": "lifted", "reason": "test"},
    "/api/v1/hidings/{message_id}/withdrawal": {"reason": "test"},
    "/api/v1/cases/{case_id}/commands": {"kind": "accept-referral"},
    "/api/v1/cases/{case_id}/contact-details": {"role": "other", "phone": "0113 496 0009", "source": "tried"},
    "/api/v1/cases/{case_id}/contact-details/{contact_id}/correct": {
        "role": "other",
        "phone": "0113 496 0009",
        "source": "tried",
    },
    "/api/v1/cases/{case_id}/contact-details/{contact_id}/end": {"reason": "test"},
    "/api/v1/cases/{case_id}/place-readers": {"user_id": ID, "until_on": "2026-03-05", "reason": "test"},
    "/api/v1/cases/{case_id}/notes/{note_id}/withdraw": {"about_danger": False},
    "/api/v1/cases/{case_id}/safety": {
        "event": {
            "kind": "questions-answered",
            "answers": {"asked": "not-asked", "asked_on": "2026-03-02"},
        }
    },
    "/api/v1/cases/{case_id}/safety/named": {"user_id": ID, "reason": "test"},
    "/api/v1/cases/{case_id}/safety/named/{user_id}/end": {"reason": "test"},
    "/api/v1/safety/referrals/{entry_id}/end": {"reason": "test"},
    "/api/v1/safety/advisers": {"user_id": ID, "kind": "adviser"},
    "/api/v1/messages/{message_id}/edits": {"text": "MSH|", "reason": "test"},
    "/api/v1/replays/{replay_id}/stop": {"reason": "test"},
    "/api/v1/replays": {"messages": {}, "reason": "test"},
    "/api/v1/edits/{edit_id}/decision": {"decision": "decline", "reason": "test"},
    "/api/v1/sent/{sequence}/again": {"reason": "test"},
    "/api/v1/dead-letters/{sequence}/decision": {"decision": "skip", "reason": "test"},
    "/api/v1/failed-commands/{command_id}/decision": {"decision": "give-up", "reason": "test"},
    "/api/v1/duplicates/{pair_id}/decision": {"decision": "same", "reason": "test"},
    "/api/v1/merges/{merge_id}/undo": {"reason": "test"},
    "/api/v1/cases/{case_id}/check/items/{item}": {"value": "yes"},
    "/api/v1/properties": HOME,
    "/api/v1/properties/{property_id}": HOME,
    "/api/v1/properties/{property_id}/withdrawal": {"because": "sold"},
}
QUERIES = {
    "/api/v1/shadow-lists": {"feed": "RXH-PAS"},
    "/api/v1/cases/{case_id}/evidence": {"item": "bed"},
}


def address(path: str) -> str:
    for name in (
        "case_id",
        "contact_id",
        "command_id",
        "document_id",
        "message_id",
        "person_id",
        "alert_id",
        "resource_id",
        "pair_id",
        "merge_id",
        "replay_id",
        "edit_id",
        "list_id",
        "property_id",
        "home_id",
        "request_id",
        "user_id",
        "reader_id",
        "file_id",
        "appointment_id",
        "entry_id",
        "note_id",
        "partner_id",
    ):
        path = path.replace("{" + name + "}", ID)
    return path.replace("{sequence}", "1").replace("{kind}", "accept-referral").replace("{item}", "bed")


def routes() -> Iterator[tuple[str, str]]:
    for router in (*ROUTERS, *PAGE_ROUTERS):
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield from ((method, route.path) for method in route.methods or ())


def test_given_every_address_when_compared_with_these_tables_then_none_is_missing() -> None:
    here, known = set(routes()), set(INTERFACES) | set(PAGES) | ANYBODY | SIGNED_IN
    others = {each for each in here - known if each[1].startswith(OF_OTHER_TESTS)}

    assert here - known - others == set()
    assert known - here == set()


OF_OTHER_TESTS = (
    "/cases/{case_id}/documents/",
    "/feeds",
    "/messages/",
    "/dead-letters/",
    "/reports/",
    "/partners",
)
"""Pages whose own tests ask every role."""


@pytest.mark.parametrize("role", ROLES)
async def test_given_a_role_when_it_asks_each_interface_then_the_table_decides(door: Door, role: str) -> None:
    for (method, path), action in INTERFACES.items():
        answer = await door.client.request(
            method, address(path), params=QUERIES.get(path), json=BODIES.get(path), headers=door.headers(role)
        )
        refused = answer.status_code == 403
        assert refused is not allowed(role, action), f"{method} {path} as {role}: {answer.status_code}"
        assert answer.status_code < 500, f"{method} {path} as {role}"


@pytest.mark.parametrize("role", ROLES)
async def test_given_a_role_when_it_asks_each_page_then_the_table_decides(door: Door, role: str) -> None:
    session = sign_in(door, role)
    for (method, path), action in PAGES.items():
        data = {"form_token": form_token(door, session), "case_id": ID} if method == "POST" else None
        answer = await door.client.request(method, address(path), data=data)
        refused = answer.status_code == 403
        assert refused is not allowed(role, action), f"{method} {path} as {role}: {answer.status_code}"
        assert answer.status_code < 500, f"{method} {path} as {role}"


async def test_given_no_token_when_an_interface_is_asked_then_it_says_how_to_sign_in(door: Door) -> None:
    for method, path in INTERFACES:
        answer = await door.client.request(method, address(path))
        assert answer.status_code == 401, f"{method} {path}"
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_given_a_token_of_another_key_when_used_then_it_opens_nothing(door: Door) -> None:
    token = door.token("coordinator")
    broken = token[:-6] + ("AAAAAA" if not token.endswith("AAAAAA") else "BBBBBB")
    answer = await door.client.get("/api/v1/cases", headers={"Authorization": f"Bearer {broken}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


async def test_given_a_case_of_others_when_asked_for_then_it_is_as_if_it_did_not_exist(door: Door) -> None:
    case_id = str(await door.referred())
    own = await door.get(f"/api/v1/cases/{case_id}", "coordinator")
    person_id = own.json()["person"]["person_id"]
    commands = f"/api/v1/cases/{case_id}/commands"
    nowhere = f"/api/v1/cases/{uuid4()}/commands"
    stranger = {"role": "coordinator", "org": "STRANGER"}
    absent = await door.post(nowhere, {"kind": "accept-referral"}, **stranger)

    for answer in (
        await door.get(f"/api/v1/cases/{case_id}", **stranger),
        await door.get(f"/api/v1/cases/{case_id}/timeline", **stranger),
        await door.get(f"/api/v1/cases/{case_id}/who-looked", **stranger),
        await door.post(commands, {"kind": "accept-referral"}, **stranger),
        await door.get(f"/fhir/R4/ServiceRequest/{case_id}", **stranger),
        await door.get(f"/fhir/R4/Task/{case_id}", **stranger),
        await door.get(f"/fhir/R4/Patient/{person_id}", **stranger),
    ):
        assert answer.status_code == 404
    assert (await door.post(commands, {"kind": "accept-referral"}, **stranger)).json()[
        "code"
    ] == absent.json()["code"]
    assert (await door.get("/api/v1/cases", **stranger)).json()["total"] == 0
    sign_in(door, "coordinator", "STRANGER")
    for page in ("", "/who-looked", "/told", "/check", "/do/accept-referral"):
        assert (await door.client.get(f"/cases/{case_id}{page}")).status_code == 404
