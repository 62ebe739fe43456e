"""The checker on a small healthy record, and on the same record with one thing wrong: it must see each."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests.fixtures.postgres import Database


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("durability_check", Path(__file__).parent / "check.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


check = _load()

RAW = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|X1|P|2.4\r"
SHA = hashlib.sha256(RAW).hexdigest()
LONG_AGO = "2020-01-01T00:00:00Z"


def name(what: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"durability/{what}")


@dataclass
class World:
    """A record, a ledger and a partner's log that agree."""

    db: psycopg.Connection[dict[str, Any]]
    ledger: list[dict[str, Any]]
    log: list[dict[str, Any]]

    def add(self, table: str, **values: Any) -> None:
        columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        bound = [Jsonb(value) if isinstance(value, dict) else value for value in values.values()]
        self.db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", bound)

    def run(self, query: str) -> None:
        self.db.execute(query)

    def broken(self) -> set[str]:
        evidence = check.Evidence(self.db, self.ledger, self.log, old=30, case_days=3)
        return {rule.__name__ for _, rule in check.RULES if rule(evidence).broken}


def answered(door: str, key: str, **values: Any) -> dict[str, Any]:
    return {"what": "answered", "door": door, "key": key, "client": "c", "acknowledged": True, **values}


def effect(key: str, **values: Any) -> dict[str, Any]:
    return {"key": key, "effect": True, "repeat": False, "status": 201, **values}


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with database.server.superuser(database.name) as connection:
        connection.row_factory = dict_row  # type: ignore[assignment]
        # Faults are planted past triggers and foreign keys, as a crash or a bad disk would.
        connection.execute("SET session_replication_role = replica")
        world = World(connection, [], [])  # type: ignore[arg-type]
        _healthy(world)
        yield world


def _healthy(world: World) -> None:
    trust, person, feed, partner = name("trust"), name("person"), name("feed"), name("partner")
    case, refer, told, item = name("case"), name("refer"), name("told"), name("item")
    world.add("organisations", id=trust, code="T", name="T", kind="trust")
    world.add("persons", id=person)
    world.add("feeds", id=feed, code="f", organisation_id=trust, protocol="hl7v2")
    world.add("partners", id=partner, organisation_id=trust, endpoint="/", kind="council")
    message = {
        "received_at": LONG_AGO,
        "sha256": SHA,
        "content_type": "x",
        "state": "interpreted",
        "message_id": "X1",
    }
    world.add("inbox", id=name("inbox"), feed_id=feed, organisation_id=trust, **message)
    world.add("inbox_bytes", inbox_id=name("inbox"), received_at=LONG_AGO, raw=RAW)
    world.add(
        "cases", id=case, person_id=person, stage="discharged", version=2, snapshot={"version": 2},
        referred_on="2026-01-01", referrer_id=trust,
    )  # fmt: skip
    common = {
        "payload": {},
        "effective_on": "2026-01-01",
        "case_time": LONG_AGO,
        "organisation_id": trust,
        "role": "r",
    }
    world.add("case_events", case_id=case, sequence=1, kind="referral-received", command_id=refer, **common)
    overdue = common | {"payload": {"strand": "adaptation/1"}}
    world.add("case_events", case_id=case, sequence=2, kind="strand-overdue", command_id=told, **overdue)
    world.add(
        "commands", id=refer, case_id=case, client_id="c", client_key="k", body_hash="h", kind="refer",
        envelope={}, organisation_id=trust, role="r", effective_on="2026-01-01", state="accepted",
        answer={"events": ["e"]},
    )  # fmt: skip
    for command in (refer, told):
        world.add("case_commands", case_id=case, command_id=command, answer={})
    done = {
        "case_id": case,
        "state": "delivered",
        "payload": {},
        "created_at": LONG_AGO,
        "relayed_at": LONG_AGO,
    }
    world.add("outbox", key=told, channel="case-signal", kind="k", **done)
    world.add("outbox", key=item, channel="partner", kind="k", partner_id=partner, **done)
    world.add("follow_ups", case_id=case, key="24-hours", due_at=LONG_AGO)
    world.add(
        "alerts", id=name("alert"), case_id=case, rule="26", level="red", fact="f", threshold="t", source="s",
        owner_role="r", raised_at="2020-01-02T00:00:00Z", escalations=1,
    )  # fmt: skip
    world.add(
        "strands", case_id=case, key="adaptation/1", kind="adaptation", item="rail", status="open",
        step="started", required=True, due_on="2020-01-01", started_on="2019-01-01",
    )  # fmt: skip
    world.ledger += [
        answered("mllp", "1/1", ack="AA", sha256=SHA),
        answered("http", "k", command_id=str(refer), outcome="accepted"),
        answered("safety", "a", case_id=str(case), kind="questions-answered"),
        answered("safety", "s", case_id=str(case), kind="safety-confirmed"),
    ]
    world.add("safety_confirmations", case_id=case)
    world.log.append(effect(str(item)))


def test_a_record_that_agrees_breaks_no_rule(world: World) -> None:
    assert world.broken() == set()


FAULTS: dict[str, tuple[Callable[[World], Any], set[str]]] = {
    "an acknowledged message is gone": (
        lambda w: w.run("DELETE FROM inbox"),
        {"acknowledged_messages_are_stored"},
    ),
    "the bytes of a message changed": (
        lambda w: w.run("UPDATE inbox_bytes SET raw = 'MSH'"),
        {"stored_bytes_hash_to_their_name"},
    ),
    "the bytes of a message are gone": (
        lambda w: w.run("DELETE FROM inbox_bytes"),
        {"stored_bytes_hash_to_their_name"},
    ),
    "a message was never looked at": (
        lambda w: w.run("UPDATE inbox SET state = 'stored', received_at = '2020-01-01'"),
        {"every_message_was_used_or_set_aside"},
    ),
    "an answered command is gone": (
        lambda w: w.run("DELETE FROM commands"),
        {"acknowledged_commands_are_kept"},
    ),
    "a referral was acknowledged without an id and is gone": (
        lambda w: w.ledger.append(answered("http", "fhir-key")),
        {"acknowledged_commands_are_kept"},
    ),
    "that somebody is safe is gone": (
        lambda w: w.run("DELETE FROM safety_confirmations"),
        {"confirmations_of_safety_are_kept"},
    ),
    "a command ended otherwise than was said": (
        lambda w: w.run("UPDATE commands SET state = 'refused'"),
        {"acknowledged_commands_are_kept"},
    ),
    "a command was left lying": (
        lambda w: w.run("UPDATE commands SET state = 'taken', created_at = '2020-01-01'"),
        {"acknowledged_commands_are_kept", "no_command_is_stuck"},
    ),
    "an accepted command left no trace in its case": (
        lambda w: w.run(f"DELETE FROM case_commands WHERE command_id = '{name('refer')}'"),
        {"accepted_commands_have_their_events"},
    ),
    "an event is gone": (
        lambda w: w.run("DELETE FROM case_events WHERE sequence = 1"),
        {"accepted_commands_have_their_events", "histories_have_no_gaps"},
    ),
    "the snapshot is behind": (
        lambda w: w.run("UPDATE cases SET snapshot = '{\"version\": 1}'"),
        {"histories_have_no_gaps"},
    ),
    "a repeated request made two commands": (
        lambda w: w.ledger.append(answered("http", "k", command_id=str(name("told")))),
        {"a_repeated_request_was_one_command", "acknowledged_commands_are_kept"},
    ),
    "an item was never relayed": (
        lambda w: w.run("UPDATE outbox SET relayed_at = NULL, state = 'pending' WHERE channel = 'partner'"),
        {"nothing_waits_to_be_relayed", "nothing_for_partners_is_stuck"},
    ),
    "a case was told and did not answer": (
        lambda w: w.run(f"DELETE FROM case_commands WHERE command_id = '{name('told')}'"),
        {"cases_were_told_everything"},
    ),
    "a contact is overdue and nobody was warned": (
        lambda w: w.run("DELETE FROM alerts"),
        {"follow_up_clocks_ran"},
    ),
    "an alert was ignored and went nowhere": (
        lambda w: w.run("UPDATE alerts SET escalations = 0"),
        {"ignored_alerts_went_up"},
    ),
    "a strand is overdue and nobody noticed": (
        lambda w: w.run("UPDATE case_events SET kind = 'x' WHERE sequence = 2"),
        {"strand_clocks_ran"},
    ),
    "a case at home has nothing to come": (
        lambda w: w.run("DELETE FROM follow_ups; DELETE FROM strands; DELETE FROM alerts"),
        {"every_open_case_has_something_next"},
    ),
    "a partner never got an item": (lambda w: w.log.clear(), {"partners_got_each_item_once"}),
    "a partner acted twice": (
        lambda w: w.log.append(effect(str(name("item")))),
        {"partners_got_each_item_once", "partners_did_nothing_else"},
    ),
    "a partner acted on something unknown": (
        lambda w: w.log.append(effect(str(name("stranger")))),
        {"partners_did_nothing_else"},
    ),
    "an accepted referral has no case": (
        lambda w: w.run(f"UPDATE commands SET case_id = '{name('nowhere')}'"),
        {"every_referral_has_its_case", "accepted_commands_have_their_events"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_one_thing_wrong_is_seen(world: World, fault: str) -> None:
    plant, expected = FAULTS[fault]
    plant(world)
    assert world.broken() == expected


def test_a_repeated_request_at_the_partner_is_no_second_effect(world: World) -> None:
    world.log.append(effect(str(name("item"))) | {"effect": False, "repeat": True})
    assert world.broken() == set()


def test_a_half_line_at_the_end_of_a_log_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text('{"a": 1}\n{"a": 2')
    assert check.read_lines(path) == [{"a": 1}]


def test_it_imports_nothing_of_ours() -> None:
    text = (Path(__file__).parent / "check.py").read_text()
    roots = {
        line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))
    }
    ours = {"discharge", "housing_checks", "fhir_adapters", "workflows", "api", "deploy", "tests"}
    assert not roots & ours
