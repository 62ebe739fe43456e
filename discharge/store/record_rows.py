"""The rows of one step of a case: its snapshot, its events, its answer and its items for partners, and how
each is written. The record writes them together (`discharge.store.record`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid5

from sqlalchemy import Integer, Text, Uuid, func, select, update
from sqlalchemy import case as one_of
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeEngine

from discharge.cases.commands import ANSWER, Answer
from discharge.cases.events import EVENT
from discharge.cases.model import SNAPSHOT, Case
from discharge.cases.outbox_items import TRANSPORTS
from discharge.cases.record_request import RecordRequest
from discharge.store.base import core_table
from discharge.store.row_writes import Rows, added, given_rows, types_of
from discharge.store.tables import CaseCommandRow, CaseEventRow, CaseRow, CommandRow, OutboxRow, PartnerRow
from discharge.store.tables.organisations import FHIR

PARTNER = "partner"
OUTCOME = "outcome"
EVENTS = "schema_of_events"
"""Beside the fields of a snapshot: under which schema the events were read that it is folded from."""

COUNTED_UP_TO = ("counted_version", "summed_version")
"""Columns that say up to which version a case is counted: the first for builds that have no sums."""


def case_rows(case: Case, look_at: Callable[[Case], datetime | None] | None) -> Rows:
    """The row of a case; with ``look_at`` also when to look at it again."""
    row = {"id": case.case_id, **dict.fromkeys(COUNTED_UP_TO, case.version), **columns_of(case)}
    if look_at is not None:
        row["next_look_at"] = look_at(case)
    return Rows(_written_case, [row])


def _written_case(names: tuple[str, ...], place: int) -> Insert:
    """Whose case it is is said once: a merge of people moves the row, whatever the snapshot remembers. What
    was counted up to now is so again; what was not is left to be counted whole.
    """
    statement = added(CaseRow)(names, place)
    new, old = statement.excluded, core_table(CaseRow).c
    changed: dict[str, Any] = {name: new[name] for name in names if name not in ("id", "person_id")}
    changed |= {name: one_of((old[name] == old.version, new[name])) for name in COUNTED_UP_TO}
    changed |= {"updated_at": func.now()}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)


def columns_of(case: Case) -> dict[str, Any]:
    """What lists filter and sort by."""
    if case.person_id is None or case.referral is None:
        raise ValueError("a recorded case has a person and a referral")
    spell, referral = case.current_spell, case.referral
    return {
        "person_id": case.person_id,
        "stage": case.stage.value,
        "version": case.version,
        "snapshot": {EVENTS: EVENT.schema, **SNAPSHOT.write(case)},
        "referred_on": referral.referred_on,
        "referrer_id": referral.organisation_id,
        "ward": (spell.ward if spell else None) or referral.ward,
        "pathway": referral.pathway,
        "expected_discharge_on": case.expected_discharge_on,
        "needed_by": case.needed_by,
        "ready_on": _ready_on(case),
        "discharged_on": case.discharge.discharged_on if case.discharge else None,
        "awaiting_spell": referral.awaiting_spell,
        "external_id": referral.external_id,
        "outcome": case.outcome,
        "closed_on": case.closed_on,
    }


def _ready_on(case: Case) -> date | None:
    return case.open_ready_period.ready_on if case.open_ready_period else None


def event_rows(request: RecordRequest, before: Case) -> Rows:
    """What happened, numbered from where the case stood."""
    envelope, actor = request.envelope, request.envelope.actor
    rows = [
        {
            "case_id": envelope.case_id,
            "sequence": sequence,
            "kind": event.kind,
            "payload": EVENT.write(event),
            "effective_on": envelope.effective_on,
            "case_time": request.case_time.astimezone(UTC),
            "command_id": envelope.command_id,
            "organisation_id": actor.organisation_id,
            "user_id": actor.user_id,
            "role": actor.role,
            "reason": envelope.reason,
        }
        for sequence, event in enumerate(request.events, before.version + 1)
    ]
    return Rows(added(CaseEventRow), rows)


def answer_rows(answer: Answer) -> Rows:
    """What a case answered to a command."""
    row = {
        "case_id": answer.case_id,
        "command_id": answer.command_id,
        "outcome": answer.outcome,
        "answer": ANSWER.write(answer),
    }
    return Rows(_written_answer, [row])


def _written_answer(names: tuple[str, ...], place: int) -> Insert:
    """What the case answered, and the end of the command where it came through a door."""
    given = given_rows(
        place, {**types_of(CaseCommandRow, [n for n in names if n != OUTCOME]), OUTCOME: Text()}
    )
    commands = core_table(CommandRow)
    ended = (
        update(commands)
        .where(commands.c.id == given.c.command_id)
        .values(state=given.c.outcome, answer=given.c.answer, finished_at=func.now(), lease_until=None)
        .returning(commands.c.tries_by_hand)
        .cte("ended_command")
    )
    tries = func.coalesce(select(ended.c.tries_by_hand).scalar_subquery(), 0)
    kept = select(given.c.case_id, given.c.command_id, tries, given.c.answer)
    columns = ["case_id", "command_id", "tries_by_hand", "answer"]
    return insert(core_table(CaseCommandRow)).from_select(columns, kept, include_defaults=False)


def outbox_rows(request: RecordRequest) -> Rows:
    """One for each thing to tell a partner that has an address for messages; these are counted."""
    envelope, case = request.envelope, request.case
    rows = [
        {
            "key": uuid5(envelope.command_id, str(number)),
            "channel": PARTNER,
            "kind": told.kind,
            "case_id": envelope.case_id,
            "organisation_id": envelope.actor.organisation_id,
            "payload": told.content,
            "cause_command_id": envelope.command_id,
            "needs_basis": told.needs_basis,
            "state": "held" if told.needs_basis and not case.may_tell_partners else "pending",
            "number": number,
            "partner": told.organisation_id,
            "transport": TRANSPORTS.get(told.kind, FHIR),
        }
        for number, told in enumerate(request.outgoing)
    ]
    return Rows(_written_outbox, rows, counted=True)


_ADDRESS: Mapping[str, TypeEngine[Any]] = MappingProxyType(
    {"number": Integer(), "partner": Uuid(), "transport": Text()}
)
"""Beside the columns of a row: its place among those of its command, and to whom it goes by what."""


def _written_outbox(names: tuple[str, ...], place: int) -> ReturningInsert[Any]:
    """In the order in which they were decided, and only for those who have an address."""
    columns = [name for name in names if name not in _ADDRESS]
    given = given_rows(place, {**types_of(OutboxRow, columns), **_ADDRESS}).c
    partners = core_table(PartnerRow).c
    addressed = (
        select(*(given[name] for name in columns), partners.id)
        .where(partners.organisation_id == given.partner, partners.transport == given.transport)
        .order_by(given.number)
    )
    outbox = core_table(OutboxRow)
    statement = insert(outbox).from_select([*columns, "partner_id"], addressed, include_defaults=False)
    return statement.returning(outbox.c.sequence)
