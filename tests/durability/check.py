"""Decides after a rough run whether anything was lost: SQL, the simulation's ledger and the partners' log,
nothing else.

python check.py --database postgresql://... --ledger ledger.jsonl --partner-log partner.jsonl

It imports none of Homeward's code and knows only table names, so that it cannot share a mistake with it. It
connects as the owner or the worker, reads in one snapshot, prints one line for each rule, and exits with 1
when any is broken. Every rule is a row of `RULES`: words, and a function that returns what was looked at
and what breaks it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

POSITIVE = {"AA", "CA"}
CONFIRMED = "safety-confirmed"
SHOWN = 5
LONG_AGO = "now() - make_interval(secs => %(old)s)"
Row = dict[str, Any]


@dataclass
class Evidence:
    """All that is judged. `old` is the age in seconds from which unfinished work is stuck; `case_days`
    likewise.
    """

    db: psycopg.Connection[Row]
    ledger: list[Row]
    log: list[Row]
    old: float
    case_days: float

    def rows(self, query: str, **values: Any) -> list[Row]:
        """The rows of a query."""
        return self.db.execute(query, values).fetchall()

    def acknowledged_messages(self) -> dict[str, Row]:
        """By SHA-256: what was answered AA or CA."""
        return {line["sha256"]: line for line in self._answered("mllp") if line.get("ack") in POSITIVE}

    def acknowledged_commands(self) -> dict[str, Row]:
        """By the asker's own key: the last answer that said taken or done."""
        return {line["key"]: line for line in self._answered("http") if line["acknowledged"]}

    def confirmed_safe(self) -> dict[str, str]:
        """By case: the key of the confirmation that was acknowledged, where no answer came after it."""
        last = {line.get("case_id"): line for line in self._answered("safety") if line["acknowledged"]}
        return {case: line["key"] for case, line in last.items() if case and line["kind"] == CONFIRMED}

    def _answered(self, door: str) -> Iterator[Row]:
        return (line for line in self.ledger if line["what"] == "answered" and line.get("door") == door)


@dataclass
class Finding:
    """How much was looked at, and what breaks the rule."""

    seen: int
    broken: list[str] = field(default_factory=list)
    told: str = ""


def acknowledged_messages_are_stored(e: Evidence) -> Finding:
    """Each acknowledged message has its bytes in the inbox, once in its feed."""
    acked = e.acknowledged_messages()
    stored = Counter(row["sha256"] for row in e.rows("SELECT sha256 FROM inbox"))
    return Finding(
        len(acked), [f"{acked[sha]['key']}: {stored[sha]} rows" for sha in acked if stored[sha] != 1]
    )


def stored_bytes_hash_to_their_name(e: Evidence) -> Finding:
    """The bytes in the inbox are the bytes that were sent."""
    rows = e.rows(
        "SELECT id, sha256, encode(sha256(coalesce(raw_inline, raw)), 'hex') AS real FROM inbox"
        " LEFT JOIN inbox_bytes AS kept ON inbox_id = id AND kept.received_at = inbox.received_at"
    )
    return Finding(len(rows), [str(row["id"]) for row in rows if row["sha256"] != row["real"]])


def every_message_was_used_or_set_aside(e: Evidence) -> Finding:
    """Nothing waits in the inbox."""
    states = e.rows("SELECT state, count(*) AS n FROM inbox GROUP BY state ORDER BY state")
    waiting = e.rows(
        f"SELECT message_id FROM inbox WHERE state = 'stored' AND received_at < {LONG_AGO}",
        old=e.old,
    )
    told = ", ".join(f"{row['n']} {row['state']}" for row in states)
    return Finding(sum(row["n"] for row in states), [row["message_id"] for row in waiting], told)


def acknowledged_commands_are_kept(e: Evidence) -> Finding:
    """Each command that was answered is there, finished, and ended as the last answer said."""
    acked = e.acknowledged_commands()
    requests = e.rows("SELECT id, client_key FROM referral_requests")  # kept, with no command of their own
    kept = {row["client_key"]: {**row, "state": "accepted"} for row in requests}
    kept |= {row["client_key"]: row for row in e.rows("SELECT id, client_key, state FROM commands")}
    broken = []
    for key, line in acked.items():
        state = kept[key]["state"] if key in kept else "missing"
        said, named = line.get("outcome"), line.get("command_id")
        if state not in ("accepted", "refused") or (said in ("accepted", "refused") and said != state):
            broken.append(f"{key}: said {said}, is {state}")
        elif named and named != str(kept[key]["id"]):
            broken.append(f"{key}: said command {named}, is {kept[key]['id']}")
    states = Counter(row["state"] for row in kept.values())
    return Finding(len(acked), broken, ", ".join(f"{n} {state}" for state, n in sorted(states.items())))


def confirmations_of_safety_are_kept(e: Evidence) -> Finding:
    """Who was acknowledged as safe, and not asked again since, is recorded so."""
    said = e.confirmed_safe()
    kept = {row["id"] for row in e.rows("SELECT case_id::text AS id FROM safety_confirmations")}
    return Finding(len(said), [f"{key}: {case}" for case, key in said.items() if case not in kept])


def accepted_commands_have_their_events(e: Evidence) -> Finding:
    """Each accepted command is recorded in its case with just the events that its answer names."""
    rows = e.rows("""
        SELECT c.id, c.kind, jsonb_array_length(coalesce(c.answer->'events', '[]')) AS named,
               (SELECT count(*) FROM case_events v WHERE v.command_id = c.id) AS found,
               EXISTS (SELECT FROM case_commands k
                       WHERE k.case_id = c.case_id AND k.command_id = c.id) AS recorded
        FROM commands c WHERE c.state = 'accepted'""")
    wrong = [row for row in rows if not row["recorded"] or row["named"] != row["found"]]
    return Finding(len(rows), [f"{row['kind']} {row['id']}: {row['found']}/{row['named']}" for row in wrong])


def a_repeated_request_was_one_command(e: Evidence) -> Finding:
    """The same key of the same client always gave the same command."""
    ids: dict[tuple[str, str], set[str]] = {}
    for line in e.ledger:
        if line["what"] == "answered" and line.get("command_id"):
            ids.setdefault((line.get("client", ""), line["key"]), set()).add(line["command_id"])
    repeats = sum(1 for line in e.ledger if line["what"] == "sent" and line.get("attempt", 1) > 1)
    broken = [f"{key}: {len(found)} commands" for (_, key), found in ids.items() if len(found) > 1]
    return Finding(len(ids), broken, f"{repeats} sent more than once")


def no_command_is_stuck(e: Evidence) -> Finding:
    """Nothing that was taken still waits for its answer."""
    rows = e.rows(
        f"SELECT id, kind FROM commands WHERE state = 'taken' AND created_at < {LONG_AGO}",
        old=e.old,
    )
    total = e.rows("SELECT count(*) AS n FROM commands")[0]["n"]
    return Finding(total, [f"{row['kind']} {row['id']}" for row in rows])


def histories_have_no_gaps(e: Evidence) -> Finding:
    """The events of each case are numbered 1 to its version, and its snapshot stands at that version."""
    rows = e.rows("""
        SELECT c.id, c.version, (c.snapshot->>'version')::int AS snapshot,
               count(v.sequence) AS n, min(v.sequence) AS low, max(v.sequence) AS high
        FROM cases c LEFT JOIN case_events v ON v.case_id = c.id GROUP BY c.id""")
    broken = [
        str(row["id"])
        for row in rows
        if not row["version"] == row["snapshot"] == row["n"] == row["high"] or row["low"] != 1
    ]
    return Finding(len(rows), broken, f"{sum(row['n'] for row in rows)} events")


def each_person_has_one_open_case(e: Evidence) -> Finding:
    """Nobody has two open cases."""
    rows = e.rows("SELECT person_id, count(*) AS n FROM cases WHERE closed_on IS NULL GROUP BY person_id")
    return Finding(len(rows), [str(row["person_id"]) for row in rows if row["n"] > 1])


def every_referral_has_its_case(e: Evidence) -> Finding:
    """Each accepted referral opened, or joined, a case that exists."""
    rows = e.rows("""
        SELECT c.id, EXISTS (SELECT FROM cases WHERE cases.id = c.case_id) AS there
        FROM commands c WHERE c.kind = 'refer' AND c.state = 'accepted'""")
    return Finding(len(rows), [str(row["id"]) for row in rows if not row["there"]])


def cases_were_told_everything(e: Evidence) -> Finding:
    """Each change that the drain saw for a case was relayed, and answered by the case."""
    rows = e.rows(
        f"""
        SELECT o.key, o.state, o.relayed_at,
               EXISTS (SELECT FROM case_commands k
                       WHERE k.case_id = o.case_id AND k.command_id = o.key) AS answered
        FROM outbox o WHERE o.channel = 'case-signal' AND o.created_at < {LONG_AGO}""",
        old=e.old,
    )
    wrong = [row for row in rows if row["state"] != "delivered" or not row["answered"]]
    return Finding(len(rows), [f"{row['key']}: {row['state']}, answered {row['answered']}" for row in wrong])


def nothing_waits_to_be_relayed(e: Evidence) -> Finding:
    """No outbox row waits for its relay."""
    rows = e.rows(
        "SELECT key, kind FROM outbox WHERE state = 'pending' AND relayed_at IS NULL "
        f"AND created_at < {LONG_AGO}",
        old=e.old,
    )
    total = e.rows("SELECT count(*) AS n FROM outbox")[0]["n"]
    return Finding(total, [f"{row['kind']} {row['key']}" for row in rows])


def follow_up_clocks_ran(e: Evidence) -> Finding:
    """A contact that is long overdue at a case in follow-up has raised its alert: the case's clock is
    alive.
    """
    rows = e.rows(
        CASE_NOW
        + """
        SELECT f.case_id, f.key,
               EXISTS (SELECT FROM alerts a WHERE a.case_id = f.case_id AND a.raised_at > f.due_at) AS warned
        FROM follow_ups f JOIN cases c ON c.id = f.case_id, case_now
        WHERE c.stage = 'discharged' AND f.outcome IS NULL AND f.key IN ('24-hours', '72-hours')
          AND f.due_at < case_now.at - make_interval(secs => %(days)s * 86400)""",
        days=e.case_days,
    )
    return Finding(len(rows), [f"{row['case_id']} {row['key']}" for row in rows if not row["warned"]])


def strand_clocks_ran(e: Evidence) -> Finding:
    """A strand that is long overdue was reported overdue: its workflow is alive."""
    rows = e.rows(
        CASE_NOW
        + """
        SELECT s.case_id, s.key, s.due_on,
               EXISTS (SELECT FROM case_events v WHERE v.case_id = s.case_id AND v.kind = 'strand-overdue'
                       AND v.payload->>'strand' = s.key) AS reported
        FROM strands s JOIN cases c ON c.id = s.case_id, case_now
        WHERE s.status = 'open' AND c.closed_on IS NULL
          AND s.due_on < case_now.at - make_interval(secs => %(days)s * 86400)""",
        days=e.case_days,
    )
    return Finding(len(rows), [f"{row['case_id']} {row['key']}" for row in rows if not row["reported"]])


def ignored_alerts_went_up(e: Evidence) -> Finding:
    """An alert that nobody took on for days went to the next role: the clock of its case is alive."""
    rows = e.rows(
        CASE_NOW
        + """
        SELECT a.case_id, a.rule, a.escalations FROM alerts a JOIN cases c ON c.id = a.case_id, case_now
        WHERE c.closed_on IS NULL AND a.cleared_at IS NULL AND a.acknowledged_at IS NULL
          AND a.raised_at < case_now.at - 2 * make_interval(secs => %(days)s * 86400)""",
        days=e.case_days,
    )
    return Finding(len(rows), [f"{row['case_id']} {row['rule']}" for row in rows if not row["escalations"]])


def every_open_case_has_something_next(e: Evidence) -> Finding:
    """A case in hospital waits for people; one at home has a contact or a strand still owed, or is to be
    closed.
    """
    rows = e.rows("""
        SELECT c.id, c.stage,
               c.stage IN ('referred', 'accepted', 'checked', 'making-ready', 'ready', 'followed-up')
               OR EXISTS (SELECT FROM follow_ups f WHERE f.case_id = c.id AND f.outcome IS NULL)
               OR EXISTS (SELECT FROM strands s WHERE s.case_id = c.id AND s.status = 'open')
               OR EXISTS (SELECT FROM alerts a WHERE a.case_id = c.id AND a.cleared_at IS NULL) AS next
        FROM cases c WHERE c.closed_on IS NULL""")
    stages = Counter(row["stage"] for row in rows)
    told = ", ".join(f"{n} {stage}" for stage, n in sorted(stages.items()))
    return Finding(len(rows), [f"{row['id']} {row['stage']}" for row in rows if not row["next"]], told)


def partners_got_each_item_once(e: Evidence) -> Finding:
    """Each delivered item had its effect at the partner once."""
    effects = _effects(e)
    rows = e.rows(
        f"SELECT {NAMED} AS name, kind FROM outbox WHERE channel = 'partner' AND state = 'delivered'"
    )
    broken = [
        f"{row['kind']} {row['name']}: {effects[row['name']]}" for row in rows if effects[row["name"]] != 1
    ]
    return Finding(len(rows), broken)


def partners_did_nothing_else(e: Evidence) -> Finding:
    """Each effect at a partner is an item of the outbox, and none happened twice."""
    effects = _effects(e)
    known = {row["name"] for row in e.rows(f"SELECT {NAMED} AS name FROM outbox WHERE channel = 'partner'")}
    broken = [f"{key}: {n} times" for key, n in effects.items() if n != 1 or key not in known]
    repeated = Counter(line["key"] for line in e.log if line["repeat"])
    failed = sum(1 for line in e.log if line["status"] >= 400)
    told = f"{sum(repeated.values())} requests repeated for {len(repeated)} keys, {failed} failed on purpose"
    return Finding(len(effects), broken, told)


def nothing_for_partners_is_stuck(e: Evidence) -> Finding:
    """Each item for a partner was delivered, or waits for a reason that a person can see."""
    rows = e.rows(
        "SELECT key, kind, state FROM outbox WHERE channel = 'partner' AND state = 'pending' "
        f"AND created_at < {LONG_AGO}",
        old=e.old,
    )
    states = e.rows("SELECT state, count(*) AS n FROM outbox WHERE channel = 'partner' GROUP BY state")
    told = ", ".join(f"{row['n']} {row['state']}" for row in states)
    return Finding(sum(row["n"] for row in states), [f"{row['kind']} {row['key']}" for row in rows], told)


NAMED = "coalesce((SELECT control_id FROM sent_messages WHERE sent_messages.key = outbox.key), key::text)"
"""How an item is named at its partner: by its control id where it went by HL7 v2, else by its key."""


def _effects(e: Evidence) -> Counter[str]:
    return Counter(line["key"] for line in e.log if line["effect"])


CASE_NOW = """
    WITH case_now AS (
        SELECT coalesce((SELECT case_origin + (now() - origin) * factor FROM case_clock), now()) AS at)
"""

RULES: tuple[tuple[str, Callable[[Evidence], Finding]], ...] = (
    ("Nothing acknowledged is missing", acknowledged_messages_are_stored),
    ("", stored_bytes_hash_to_their_name),
    ("", acknowledged_commands_are_kept),
    ("", confirmations_of_safety_are_kept),
    ("", accepted_commands_have_their_events),
    ("", every_referral_has_its_case),
    ("", a_repeated_request_was_one_command),
    ("", histories_have_no_gaps),
    ("", each_person_has_one_open_case),
    ("Every case goes on", every_message_was_used_or_set_aside),
    ("", no_command_is_stuck),
    ("", nothing_waits_to_be_relayed),
    ("", cases_were_told_everything),
    ("", every_open_case_has_something_next),
    ("", follow_up_clocks_ran),
    ("", strand_clocks_ran),
    ("", ignored_alerts_went_up),
    ("Each effect at the partner once, none missing", partners_got_each_item_once),
    ("", partners_did_nothing_else),
    ("", nothing_for_partners_is_stuck),
)


def judge(evidence: Evidence) -> list[tuple[str, str, Finding]]:
    """Every rule's heading, words and finding."""
    return [(heading, " ".join((rule.__doc__ or "").split()), rule(evidence)) for heading, rule in RULES]


def read_lines(path: Path) -> list[Row]:
    """The whole lines of a JSONL file; half a line at its end was never finished."""
    content = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in content[: content.rfind("\n") + 1].splitlines()]


def show(findings: list[tuple[str, str, Finding]]) -> None:
    """Print the table."""
    for heading, words, finding in findings:
        if heading:
            print(f"\n{heading}")
        mark = "BROKEN" if finding.broken else "ok"
        told = f" ({finding.told})" if finding.told else ""
        print(f"  {mark:6}  {finding.seen:6}  {words}{told}")
        for item in finding.broken[:SHOWN]:
            print(f"{'':18}- {item}")
        if len(finding.broken) > SHOWN:
            print(f"{'':18}- and {len(finding.broken) - SHOWN} more")


def main() -> int:
    """Read the options, judge, print, and return the exit code."""
    options = argparse.ArgumentParser(description="Decides whether a rough run lost anything.")
    options.add_argument("--database", required=True, help="postgresql:// URL of the owner or the worker")
    options.add_argument("--ledger", type=Path, required=True)
    options.add_argument("--partner-log", type=Path, required=True)
    options.add_argument("--old", type=float, default=30, help="seconds after which unfinished work is stuck")
    options.add_argument("--case-days", type=float, default=3, help="case days after which a clock is dead")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    url = given.database.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url, row_factory=dict_row) as db:
        db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        evidence = Evidence(
            db, read_lines(given.ledger), read_lines(given.partner_log), given.old, given.case_days
        )
        findings = judge(evidence)
    if given.json:
        print(json.dumps([{"rule": words, **vars(finding)} for _, words, finding in findings]))
    else:
        show(findings)
    broken = sum(1 for *_, finding in findings if finding.broken)
    if not given.json:
        print(
            f"\n{broken} of {len(findings)} rules are broken."
            if broken
            else f"\nAll {len(findings)} rules hold."
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
