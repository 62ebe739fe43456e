"""Mitigations: what is done about an item until it is yes, who answers for it, and until when.

Which roles may name which, who may answer for it, and for which items, is data (`mitigations.yaml`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from discharge.cases.commands import Envelope, NameMitigation, WithdrawMitigation
from discharge.cases.decide.common import command_of, happened_on
from discharge.cases.events import Event, MitigationNamed, MitigationWithdrawn
from discharge.cases.model import Case, GateItem, Mitigation
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.clocks import london_date
from discharge.codes.casework import MITIGATIONS, OWNER_ROLES, MitigationCode, mitigation_days
from discharge.errors import Refused, refuse_together
from housing_checks.guards import require_order, require_stage


def name_mitigation(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Name what is done instead of a ``yes``, who answers, and until when (by default as long as its kind
    usually holds). Refuses an item that is ``yes``, a day that has passed, and a role, owner or item that the
    data of the kind do not allow.
    """
    command = command_of(envelope, NameMitigation)
    require_stage(case, SINCE_ACCEPTANCE)
    on, today = envelope.effective_on, london_date(now)
    item = _gated(case, command.item)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _answered_by(command.role, on),
        lambda: MITIGATIONS.lookup(command.mitigation, on, "mitigation"),
        lambda: _not_in_place(item),
        *(partial(each, command, envelope.actor.role, on) for each in (_by_role, _with_owner, _for_item)),
        lambda: _in_words(command, on, envelope.note_id),
        lambda: _by_a_person(command, on, envelope.note_id),
        lambda: _holds_until(command, on, today),
    )
    mitigation = Mitigation(
        code=command.mitigation,
        role=command.role,
        named_on=on,
        named_by=envelope.actor.user_id,
        user_id=command.user_id,
        until_on=_holds_until(command, on, today),
    )
    return [] if item.mitigation == mitigation else [MitigationNamed(item=item.code, mitigation=mitigation)]


def offered(item: str, role: str, on: date) -> tuple[MitigationCode, ...]:
    """Return what somebody with a role may name for an item on a day, so that nobody is offered what would be
    refused.
    """
    rows = MITIGATIONS.in_force(on)
    return tuple(row for row in rows if row.may_be_named_by(role) and row.stands_in_for(item))


def withdraw_mitigation(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """End a mitigation; refuses an item that has none."""
    command = command_of(envelope, WithdrawMitigation)
    require_stage(case, SINCE_ACCEPTANCE)
    on = happened_on(envelope, now)
    if _gated(case, command.item).mitigation is None:
        raise Refused("no-such-item", detail="mitigation", where="item")
    return [MitigationWithdrawn(item=command.item, withdrawn_on=on)]


def _answered_by(role: str, on: date) -> None:
    """Refuse a role that nobody has."""
    if not role.strip():
        raise Refused("mitigation-role-needed", where="role")
    OWNER_ROLES.lookup(role, on, "role")


def _by_role(asked: NameMitigation, role: str, on: date) -> None:
    """Refuse an asker whose role may not name it."""
    row = MITIGATIONS.find(asked.mitigation, on)
    if row is not None and not row.may_be_named_by(role):
        raise Refused("mitigation-not-yours", detail=", ".join(row.named_by), where="mitigation")


def _with_owner(asked: NameMitigation, _role: str, on: date) -> None:
    """Refuse an owner that may not answer for it."""
    row = MITIGATIONS.find(asked.mitigation, on)
    known = OWNER_ROLES.find(asked.role, on) is not None
    if row is not None and known and not row.may_be_answered_by(asked.role):
        raise Refused("mitigation-not-answered", detail=", ".join(row.answered_by), where="role")


def _for_item(asked: NameMitigation, _role: str, on: date) -> None:
    """Refuse an item that it cannot stand in for."""
    row = MITIGATIONS.find(asked.mitigation, on)
    if row is not None and not row.stands_in_for(asked.item):
        raise Refused("mitigation-not-for-item", detail=asked.item, where="mitigation")


def _in_words(asked: NameMitigation, on: date, note_id: UUID | None) -> None:
    """Refuse one that only words tell, without any."""
    row = MITIGATIONS.find(asked.mitigation, on)
    if row is not None and row.in_words and note_id is None:
        raise Refused("note-needed", detail=asked.mitigation, where="note")


def _by_a_person(asked: NameMitigation, on: date, note_id: UUID | None) -> None:
    """Refuse one for which nobody is named: a role alone does not answer the telephone."""
    row = MITIGATIONS.find(asked.mitigation, on)
    if row is not None and row.person and asked.user_id is None and note_id is None:
        raise Refused("mitigation-person-needed", where="user_id")


def _holds_until(asked: NameMitigation, on: date, today: date) -> date | None:
    """Return the last day of a mitigation, or refuse one that has passed; of a kind that there is not, nobody
    knows how long it holds.
    """
    usual = MITIGATIONS.find(asked.mitigation, on)
    usually = on + timedelta(days=mitigation_days(usual.code, on)) if usual is not None else None
    until = asked.until_on or usually
    if until is not None:
        require_order(max(on, today), until, "until_on")
    return until


def _not_in_place(item: GateItem) -> None:
    if item.value == "yes":
        raise Refused("already-done", detail="item-is-yes", where="item")


def _gated(case: Case, code: str) -> GateItem:
    item = case.gate.get(code)
    if item is None:
        raise Refused("no-such-item", detail="gate-item", where="item")
    return item
