"""Codes that only a newer build has, wherever one can stand in the record: everything still opens."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine

from api.web.limits import Rate
from api.web.settings import ApiSettings, AskingLimits
from discharge.store.base import Base
from tests.api.conftest import Door
from tests.api.hidden_scene import Scene, shown_scene
from tests.api.signing_in import sign_in
from tests.api.test_hidden_everywhere import ask
from tests.discharge.cases.test_newer_codes import NEWER, enumerated, with_code
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fixtures.postgres import Database
from tests.golden.kinds import Json, kinds

Party = tuple[str, str]
WARD, HOME, OPERATOR = ("TRUST", "discharge-team"), ("HOUSING", "coordinator"), ("TRUST", "operator")
SYSTEM = ("TRUST", "system")
CASE = (
    "/worklist?view=open", "/worklist?view=closed", "/worklist?view=home", "/cases/{case_id}",
    "/cases/{case_id}?seen=1", "/api/v1/cases?view=open", "/api/v1/cases?view=closed",
    "/api/v1/cases/{case_id}", "/alerts", "/api/v1/alerts", "/reports/bed-days?of=waiting",
)  # fmt: skip
CASE_BY_FHIR = (
    "/fhir/R4/ServiceRequest", "/fhir/R4/Task", "/fhir/R4/ServiceRequest/{case_id}",
    "/fhir/R4/Task/{case_id}", "/fhir/R4/Flag/{alert_id}", "/fhir/R4/Encounter/{Encounter}",
)  # fmt: skip
EVENTS = ("/cases/{case_id}", "/cases/{case_id}?seen=1", "/api/v1/cases/{case_id}/timeline")
REFERRALS = ("/referral-requests", "/referral-requests?box=answered", "/referral-requests/{request_id}")
MESSAGES = (
    "/messages", "/messages/parked", "/messages/{message_id}", "/messages/replays", "/messages/edits",
    "/feeds", "/messages/alarms", "/api/v1/messages", "/api/v1/messages/{message_id}", "/api/v1/replays",
    "/api/v1/edits", "/api/v1/feeds", "/api/v1/alarms",
)  # fmt: skip
PAIRS = (
    "/duplicates", "/duplicates?view=decided", "/duplicates/{pair_id}", "/duplicates?view=merges",
    "/api/v1/duplicates", "/api/v1/duplicates/{pair_id}", "/api/v1/merges",
)  # fmt: skip
SHADOW = ("/shadow", "/shadow/{list_id}", "/api/v1/shadow-lists/{list_id}")
SENT = ("/dead-letters", "/api/v1/dead-letters", "/api/v1/partners", "/cases/{case_id}/messages")
HOMES = ("/homes", "/homes/{home_id}", "/api/v1/properties", "/api/v1/properties/{home_id}")

PERSON = ("/cases/{case_id}", "/api/v1/cases/{case_id}")
COLUMNS: Mapping[str, tuple[tuple[str, ...], Party, tuple[str, ...]]] = {
    "cases": (("stage", "outcome"), WARD, (*CASE, "/api/v1/referrals")),
    "case_participants": (("role", "basis"), WARD, CASE),
    "strands": (("kind", "status", "step"), WARD, CASE),
    "alerts": (("rule", "level", "owner_role"), WARD, (*CASE, "/alerts?level=RED")),
    "case_events": (("kind", "role", "reason"), WARD, EVENTS),
    "commands": (("kind", "role", "state"), WARD, ("/requests", "/requests/{command_id}", "/worklist")),
    "persons": (("sex", "sensitivity", "nhs_number_status"), WARD, PERSON),
    "person_contacts": (("kind", "relationship_code"), WARD, PERSON),
    "person_addresses": (("kind",), WARD, PERSON),
    "spells": (("status", "patient_class"), WARD, ("/cases/{case_id}", "/referrals/new?text=ashdown")),
    "documents": (
        ("kind", "type_code", "completion", "availability", "confidentiality"), WARD,
        ("/cases/{case_id}", "/cases/{case_id}/documents/{document_id}", "/api/v1/cases/{case_id}/documents"),
    ),
    "referral_requests": (("role", "state", "answer_code"), HOME, (*REFERRALS, "/api/v1/referral-requests")),
    "property_holds": (("state",), HOME, HOMES),
    "inbox": (("state", "code", "reason", "message_type", "trigger"), OPERATOR, MESSAGES),
    "facts": (("kind",), OPERATOR, MESSAGES),
    "feeds": (("protocol", "profile"), OPERATOR, MESSAGES),
    "replays": (("state",), OPERATOR, MESSAGES),
    "message_edits": (("state",), OPERATOR, MESSAGES),
    "alarm_rules": (("kind",), OPERATOR, MESSAGES),
    "outbox": (("channel", "kind", "state", "error_code"), OPERATOR, SENT),
    "partners": (("kind", "transport", "pause_code"), OPERATOR, SENT),
    "duplicate_pairs": (("state",), OPERATOR, PAIRS),
    "person_merges": (("cause",), OPERATOR, PAIRS),
    "pairs_left_out": (("cause",), OPERATOR, PAIRS),
    "shadow_lists": (("mapping",), OPERATOR, SHADOW),
    "shadow_differences": (("kind", "cause"), OPERATOR, SHADOW),
    "organisations": (("kind",), WARD, ("/cases/{case_id}", "/worklist")),
}  # fmt: skip
"""Table -> its columns that hold codes, who looks, and at what. Parts of JSON are below."""

PARTS: Mapping[tuple[str, str], tuple[Party, tuple[str, ...]]] = {
    ("properties", "attributes"): (HOME, HOMES),
    ("referral_requests", "said"): (HOME, (*REFERRALS, "/api/v1/referral-requests")),
    ("spells", "folded"): (WARD, ("/cases/{case_id}",)),
    ("outbox", "payload"): (OPERATOR, SENT),
    ("duplicate_pairs", "evidence"): (OPERATOR, PAIRS),
    ("replays", "wanted"): (OPERATOR, MESSAGES),
    ("facts", "payload"): (OPERATOR, ("/messages/{message_id}", "/api/v1/messages/{message_id}")),
}
"""Columns of JSON that are not read by a schema: each text in them is exchanged."""
ENDS = {
    "ended_on", "ended_by", "to_on", "until_on", "withdrawn_on", "cleared_at", "answered_at", "answer",
    "closed_on", "outcome", "merged_into", "accepted_on", "returned_reason", "discharged_on",
}  # fmt: skip
"""What says that something is over."""
ONE_MORE = """
INSERT INTO case_events (case_id, sequence, kind, payload, effective_on, case_time, command_id,
  organisation_id, role)
SELECT case_id, sequence + 1, %s, %s, effective_on, case_time, gen_random_uuid(), organisation_id, role
FROM case_events ORDER BY sequence DESC LIMIT 1
"""


CODE = re.compile(r"[A-Za-z][A-Za-z0-9.+\-]{0,34}")


@pytest.fixture
def settings(settings: ApiSettings) -> ApiSettings:
    """How often one may ask is tested elsewhere."""
    plenty = Rate(per_second=1e6, burst=1_000_000)
    return replace(settings, limits=AskingLimits(address=plenty, client=plenty, person=plenty))


@dataclass
class Record:
    """The record of a scene behind its walls, and who looks at it from before them."""

    scene: Scene
    connection: Connection[Any]
    faults: list[str] = field(default_factory=list)

    def run(self, query: str, *values: object) -> list[Any]:
        cursor = self.connection.execute(query, values)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []

    async def look(self, what: str, who: Party, addresses: Iterable[str]) -> None:
        """Open everything, and note what breaks."""
        party, role = who
        sign_in(self.scene.door, role, party)
        for template in addresses:
            names = re.findall(r"{(\w+)}", template)
            for value in self.scene.known[names[0]][:2] if names else ("",):
                path = template.format(**dict.fromkeys(names, value))
                found = await ask(self.scene.door, party, role, path)
                if found.status_code >= 500:
                    self.faults.append(f"{what}: {path} gives {found.status_code}")

    async def exchanged(self, table: str, column: str, who: Party, addresses: Iterable[str]) -> None:
        """Exchange a column, or the codes in one of JSON, look, and put it back."""
        key = ", ".join(name.name for name in Base.metadata.tables[table].primary_key.columns)
        self.run(f"CREATE TEMP TABLE kept AS SELECT {key}, {column} AS was FROM {table}")
        if isinstance(Base.metadata.tables[table].c[column].type, JSONB):
            for *at, value in self.run(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL"):
                marks = ", ".join(["%s"] * len(at))
                query = f"UPDATE {table} SET {column} = %s WHERE ({key}) = ({marks})"
                self.run(query, Jsonb(all_newer(value)), *at)
        else:
            self.run(f"UPDATE {table} SET {column} = %s WHERE {column} IS NOT NULL", NEWER)
        await self.look(f"{table}.{column}", who, addresses)
        same = " AND ".join(f"kept.{name} = {table}.{name}" for name in key.split(", "))
        self.run(f"UPDATE {table} SET {column} = kept.was FROM kept WHERE {same}")
        self.run("DROP TABLE kept")


def all_newer(value: Any) -> Any:
    """The same with every code exchanged."""
    if isinstance(value, dict):
        return {key: all_newer(each) for key, each in value.items()}
    if isinstance(value, list):
        return [all_newer(each) for each in value]
    return NEWER if isinstance(value, str) and CODE.fullmatch(value) else value


@pytest.fixture
async def record(door: Door, intake: Intake, owner: AsyncEngine, database: Database) -> AsyncIterator[Record]:
    """The scene, in which anything can be written: a newer build has constraints of its own."""
    door.client.event_hooks["response"].clear()
    scene = await shown_scene(door, intake, owner)
    with database.server.superuser(database.name) as connection:
        found = Record(scene, connection)
        found.run("SET session_replication_role = replica")
        checks = (
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid > 0"
        )
        for table, name in found.run(checks):
            found.run(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{name}"')
        yield found


async def test_given_newer_codes_anywhere_when_pages_lists_and_resources_are_opened_then_none_breaks(
    record: Record,
) -> None:
    """In any column, in a case of any stage, in every event."""
    await any_column(record)
    await any_stage(record)
    await every_event(record)
    assert record.faults == []


async def any_column(record: Record) -> None:
    for table, (columns, who, addresses) in COLUMNS.items():
        for column in columns:
            await record.exchanged(table, column, who, addresses)
    for (table, column), (who, addresses) in PARTS.items():
        await record.exchanged(table, column, who, addresses)


def snapshots(record: Record) -> Iterator[tuple[str, Json]]:
    """A case that holds one of everything, each code a newer one: in some stages, at work and over."""
    (kind,) = (each for each in kinds() if each.family == "snapshot")
    newer = kind.stored
    for path in enumerated(kind):
        newer = with_code(newer, path)
    [(kept,)] = record.run("SELECT snapshot FROM cases")
    own = {name: kept[name] for name in ("case_id", "version", "person_id")}
    own |= {
        "schema": 99,
        "schema_of_events": 99,
        "participants": kept["participants"] + newer["participants"],
    }
    for stage in ("making-ready", "discharged", "closed", NEWER):
        yield f"{stage}, over", {**newer, **own, "stage": stage}
        yield f"{stage}, at work", {**at_work(newer), **own, "stage": stage}


def at_work(value: Any) -> Any:
    """The same without what says that something is over."""
    if isinstance(value, dict):
        return {key: at_work(each) for key, each in value.items() if key not in ENDS}
    return [at_work(each) for each in value] if isinstance(value, list) else value


async def any_stage(record: Record) -> None:
    for what, snapshot in snapshots(record):
        record.run("UPDATE cases SET stage = %s, snapshot = %s", snapshot["stage"], Jsonb(snapshot))
        await record.look(what, WARD, CASE)
        await record.look(what, SYSTEM, CASE_BY_FHIR)
        await record.look(what, HOME, ("/cases/{case_id}", "/api/v1/cases/{case_id}"))
        if snapshot["stage"] == "making-ready":
            await record.look(what, HOME, ("/cases/{case_id}/check",))


async def every_event(record: Record) -> None:
    for kind in kinds():
        if kind.family == "event":
            for newer in (kind.stored, *(with_code(kind.stored, path) for path in enumerated(kind))):
                record.run(ONE_MORE, newer["kind"], Jsonb({**newer, "schema": 99}))
    await record.look("events", WARD, EVENTS)
