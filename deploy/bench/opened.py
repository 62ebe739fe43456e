"""Everything that a person or a program opens, one row each: words, address, who opens it.

`tests/deploy/test_bench_opened.py` holds the rows against the routes of the application.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TRUST, SERVICE = "RXH", "HHP"
WARD, HOME, OPERATOR, MONITOR = "discharge-team", "coordinator", "operator", "trust-monitor"
ADMIN, SYSTEM = "admin", "system"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"


@dataclass(frozen=True)
class Opened:
    """Something that is opened; `{…}` in its address is one of `EXAMPLES`."""

    name: str
    path: str
    role: str
    organisation: str = TRUST


PAGES: Final = (
    Opened("worklist", "/worklist", WARD),
    Opened("worklist of the housing service", "/worklist", HOME, SERVICE),
    Opened("worklist, those at home", "/worklist?view=home", WARD),
    Opened("worklist, closed", "/worklist?view=closed", WARD),
    Opened("worklist, with alerts", "/worklist?only=alerts", WARD),
    Opened("worklist of a ward", "/worklist?ward=ELM", WARD),
    Opened("worklist, a name", "/worklist?text={family}", WARD),
    Opened("worklist, second page", "/worklist?page=2", WARD),
    Opened("a case", "/cases/{case}", WARD),
    Opened("a case, for the housing service", "/cases/{case}", HOME, SERVICE),
    Opened("a case, what others changed", "/cases/{case}?seen=1", WARD),
    Opened("a case, its hazards", "/cases/{case}/hazards", WARD),
    Opened("a case, who looked", "/cases/{case}/who-looked", WARD),
    Opened("a case, what was sent", "/cases/{case}/told", WARD),
    Opened("a case, its messages", "/cases/{case}/messages", WARD),
    Opened("a case, who may see the ward", "/cases/{case}/place-readers", WARD),
    Opened("a case, who to call", "/cases/{case}/contact-details", WARD),
    Opened("a case, the form of a contact", "/cases/{case}/contact-details/new", WARD),
    Opened("a case, its safety questions", "/cases/{case}/safety", WARD),
    Opened("safety, what is due", "/safety", WARD),
    Opened("safety advisers", "/safety/advisers", ADMIN),
    Opened("a case, its check", "/cases/{case}/check", HOME, SERVICE),
    Opened("a case, the page to take its check along", "/cases/{case}/check/offline", HOME, SERVICE),
    Opened("a case, its check taken along", "/cases/{case}/check/offline/content", HOME, SERVICE),
    Opened("a case, photos of an item", "/cases/{case}/check/items/bed/files", HOME, SERVICE),
    Opened("a case, answers to confirm", "/cases/{case}/check/proposed", HOME, SERVICE),
    Opened("a case, its check on one page", "/cases/{case}/check/all", HOME, SERVICE),
    Opened("a case, an item of its check", "/cases/{case}/check/items/heating", WARD),
    Opened(
        "a case, a domain of its check",
        "/cases/{case}/check/domains/moving-inside",
        HOME,
        SERVICE,
    ),
    Opened("a case, a form", "/cases/{case}/do/flag-homelessness", WARD),
    Opened("a document", "/cases/{case}/documents/{document}", WARD),
    Opened("a document, its content", "/cases/{case}/documents/{document}/content", WARD),
    Opened("alerts", "/alerts", WARD),
    Opened("alerts of a level", "/alerts?level=RED", WARD),
    Opened("bed days", "/reports/bed-days", MONITOR),
    Opened("bed days, people behind a figure", "/reports/bed-days?of=waiting", WARD),
    Opened("search for a person by name", "/referrals/new?text={family}", WARD),
    Opened("search for a person by number", "/referrals/new?text={number}", WARD),
    Opened("a referral of somebody found", "/referrals/new/{person}", WARD),
    Opened("a referral of somebody new", "/referrals/new/somebody", WARD),
    Opened("referral requests that were sent", "/referral-requests?box=sent", WARD),
    Opened("referral requests that wait", "/referral-requests", HOME, SERVICE),
    Opened("referral requests, answered", "/referral-requests?box=answered", HOME, SERVICE),
    Opened("a referral request", "/referral-requests/{request}", HOME, SERVICE),
    Opened("own requests", "/requests", WARD),
    Opened("one of the own requests", "/requests/{command}", WARD),
    Opened("homes", "/homes", HOME, SERVICE),
    Opened("a home", "/homes/{home}", HOME, SERVICE),
    Opened("a new home", "/homes/new", HOME, SERVICE),
    Opened("hidden on request", "/hidings", WARD),
    Opened("duplicates", "/duplicates", OPERATOR),
    Opened("duplicates, decided", "/duplicates?view=decided", OPERATOR),
    Opened("duplicates, merged", "/duplicates?view=merges", OPERATOR),
    Opened("duplicates, test patients", "/duplicates?view=tests", OPERATOR),
    Opened("a pair", "/duplicates/{pair}", OPERATOR),
    Opened("a merge", "/merges/{merge}", OPERATOR),
    Opened("messages", "/messages", OPERATOR),
    Opened("messages of a person", "/messages?who={number}", OPERATOR),
    Opened("messages, words in them", "/messages?text={family}", OPERATOR),
    Opened("messages that are parked", "/messages/parked", OPERATOR),
    Opened("a message", "/messages/{message}", OPERATOR),
    Opened("a message, edited", "/messages/{message}/edit", OPERATOR),
    Opened("a message, its bytes", "/messages/{message}/raw", OPERATOR),
    Opened("alarms", "/messages/alarms", OPERATOR),
    Opened("replays", "/messages/replays", OPERATOR),
    Opened("edits", "/messages/edits", OPERATOR),
    Opened("feeds", "/feeds", OPERATOR),
    Opened("codes that are not mapped", "/feeds/unmapped", OPERATOR),
    Opened("refused items", "/dead-letters", OPERATOR),
    Opened("failed requests", "/failed-requests", OPERATOR),
    Opened("comparisons with lists", "/shadow", OPERATOR),
    Opened("a comparison with a list", "/shadow/{list}", OPERATOR),
)

API: Final = "/api/v1"
JSON: Final = (
    Opened("worklist, by interface", f"{API}/cases", WARD),
    Opened("worklist, a name, by interface", f"{API}/cases?text={{family}}", WARD),
    Opened("a case, by interface", f"{API}/cases/{{case}}", WARD),
    Opened("a case, what stands between, by interface", f"{API}/cases/{{case}}/check", WARD),
    Opened("items of a check, by interface", f"{API}/cases/{{case}}/check/items", WARD),
    Opened("an item of a check, by interface", f"{API}/cases/{{case}}/check/items/heating", WARD),
    Opened("timeline, by interface", f"{API}/cases/{{case}}/timeline", WARD),
    Opened("answers to confirm, by interface", f"{API}/cases/{{case}}/check/proposals", HOME, SERVICE),
    Opened("hazards, by interface", f"{API}/cases/{{case}}/hazards", WARD),
    Opened("who looked, by interface", f"{API}/cases/{{case}}/who-looked", WARD),
    Opened("contact details, by interface", f"{API}/cases/{{case}}/contact-details", WARD),
    Opened("place readers, by interface", f"{API}/cases/{{case}}/place-readers", WARD),
    Opened("safety questions, by interface", f"{API}/cases/{{case}}/safety", WARD),
    Opened("safety, what is due, by interface", f"{API}/safety", WARD),
    Opened("safety, referrals without a case, by interface", f"{API}/safety/referrals", WARD),
    Opened("safety advisers, by interface", f"{API}/safety/advisers", ADMIN),
    Opened("documents, by interface", f"{API}/cases/{{case}}/documents", WARD),
    Opened("a document, by interface", f"{API}/cases/{{case}}/documents/{{document}}", WARD),
    Opened("a file, by interface", f"{API}/cases/{{case}}/documents/{{document}}/content", WARD),
    Opened("photos, by interface", f"{API}/cases/{{case}}/evidence", WARD),
    Opened("a command, by interface", f"{API}/commands/{{command}}", WARD),
    Opened("referrals, by interface", f"{API}/referrals", WARD),
    Opened("referral requests, by interface", f"{API}/referral-requests", HOME, SERVICE),
    Opened("a referral request, by interface", f"{API}/referral-requests/{{request}}", HOME, SERVICE),
    Opened("alerts, by interface", f"{API}/alerts", WARD),
    Opened("bed days, by interface", f"{API}/reports/bed-days", MONITOR),
    Opened("homes, by interface", f"{API}/properties", HOME, SERVICE),
    Opened("free homes, by interface", f"{API}/properties?free=true", HOME, SERVICE),
    Opened("a home, by interface", f"{API}/properties/{{home}}", HOME, SERVICE),
    Opened("hidings, by interface", f"{API}/hidings", WARD),
    Opened("duplicates, by interface", f"{API}/duplicates", OPERATOR),
    Opened("a pair, by interface", f"{API}/duplicates/{{pair}}", OPERATOR),
    Opened("merges, by interface", f"{API}/merges", OPERATOR),
    Opened("test patients, by interface", f"{API}/test-patients", OPERATOR),
    Opened("messages, by interface", f"{API}/messages", OPERATOR),
    Opened("messages of a person, by interface", f"{API}/messages?who={{number}}", OPERATOR),
    Opened("causes, by interface", f"{API}/messages/causes", OPERATOR),
    Opened("a message, by interface", f"{API}/messages/{{message}}", OPERATOR),
    Opened("bytes, by interface", f"{API}/messages/{{message}}/raw", OPERATOR),
    Opened("replays, by interface", f"{API}/replays", OPERATOR),
    Opened("edits, by interface", f"{API}/edits", OPERATOR),
    Opened("alarms, by interface", f"{API}/alarms", OPERATOR),
    Opened("feeds, by interface", f"{API}/feeds", OPERATOR),
    Opened("refused items, by interface", f"{API}/dead-letters", OPERATOR),
    Opened("partners, by interface", f"{API}/partners", OPERATOR),
    Opened("failed requests, by interface", f"{API}/failed-commands", OPERATOR),
    Opened("people who sign in, by interface", f"{API}/users", ADMIN),
    Opened("rules in shadow", "/shadow-rules", OPERATOR),
    Opened("rules in shadow, by interface", f"{API}/shadow-rules", OPERATOR),
    Opened("comparisons, by interface", f"{API}/shadow-lists", OPERATOR),
    Opened("a comparison, by interface", f"{API}/shadow-lists/{{list}}", OPERATOR),
)

FHIR: Final = "/fhir/R4"
_PERSON: Final = f"identifier={NHS_NUMBER}|{{number}}"
FHIR_READS: Final = tuple(
    Opened(f"{name}, by FHIR", f"{FHIR}/{path}", SYSTEM)
    for name, path in (
        ("a referral", "ServiceRequest/{case}"),
        ("a task", "Task/{case}"),
        ("a stay", "Encounter/{spell}"),
        ("a person", "Patient/{person}"),
        ("an alert", "Flag/{alert}"),
        ("a document", "DocumentReference/{document}"),
        ("a file", "Binary/{document}"),
        ("referrals", "ServiceRequest?_count=20"),
        ("referrals, a later page", "ServiceRequest?_count=20&_offset=200"),
        ("referrals of a status", "ServiceRequest?status=active&_count=20"),
        ("referrals changed since", "ServiceRequest?_lastUpdated=ge{day}&_count=20"),
        ("referrals of a person", f"ServiceRequest?subject:{_PERSON}"),
        ("referrals by number", "ServiceRequest?identifier=A1"),
        ("a referral by id", "ServiceRequest?_id={case}"),
        ("tasks", "Task?_count=20"),
        ("tasks of a status", "Task?status=in-progress&_count=20"),
        ("tasks changed since", "Task?_lastUpdated=ge{day}&_count=20"),
        ("tasks of a referral", "Task?focus=ServiceRequest/{case}"),
        ("tasks of a person", f"Task?patient:{_PERSON}"),
        ("alerts", "Flag?status=active&_count=20"),
        ("alerts of a person", f"Flag?patient:{_PERSON}"),
        ("a check", "QuestionnaireResponse/{check}"),
        ("checks of a person", f"QuestionnaireResponse?patient:{_PERSON}"),
        ("documents of a person", f"DocumentReference?patient:{_PERSON}"),
    )
)

PARTS: Final = (Opened("readiness", "/readyz", WARD), Opened("metrics", "/metrics", OPERATOR))

EVERYTHING: Final = (*PAGES, *JSON, *FHIR_READS, *PARTS)

EXAMPLES: Final[Mapping[str, str]] = {
    "case": "SELECT :case_id",
    "person": "SELECT :person_id",
    "family": "SELECT family_name FROM persons WHERE id = :person_id",
    "number": "SELECT nhs_number FROM persons WHERE id = :person_id",
    "spell": "SELECT id FROM spells WHERE person_id = :person_id LIMIT 1",
    "document": "SELECT id FROM documents WHERE person_id = :person_id LIMIT 1",
    "alert": "SELECT id FROM alerts WHERE case_id = :case_id ORDER BY raised_at LIMIT 1",
    "check": "SELECT command_id FROM case_events WHERE case_id = :case_id AND kind = 'check-started' LIMIT 1",
    "message": "SELECT id FROM inbox WHERE state = 'parked' LIMIT 1",
    "request": "SELECT id FROM referral_requests WHERE state = 'waiting' LIMIT 1",
    "command": "SELECT id FROM commands WHERE case_id = :case_id LIMIT 1",
    "home": "SELECT id FROM properties WHERE withdrawn_on IS NULL LIMIT 1",
    "pair": "SELECT id FROM duplicate_pairs LIMIT 1",
    "merge": "SELECT id FROM person_merges LIMIT 1",
    "list": "SELECT id FROM shadow_lists LIMIT 1",
    "day": "SELECT current_date - 1",
}
"""What stands for a name in an address: of a case that every size of the record holds, and its person."""
