"""Pairs, merges and decisions as interfaces give them: coded, with times in ISO 8601."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.reading.duplicates import Merged, OpenedPair, Pair, Side, TestPatient
from discharge.store.tables import DuplicatePair, IdentityDecision, Person


def _at(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _row(row: DuplicatePair, rules: tuple[str, ...]) -> dict[str, Any]:
    return {
        "pair_id": str(row.id),
        "state": row.state,
        "rules": list(rules),
        "offered_at": _at(row.offered_at),
        "decided_at": _at(row.decided_at),
    }


def _person(person: Person | None) -> dict[str, Any] | None:
    if person is None:
        return None
    return {
        "person_id": str(person.id),
        "nhs_number": person.nhs_number,
        "nhs_number_status": person.nhs_number_status,
        "family_name": person.family_name,
        "given_name": person.given_name,
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
        "sex": person.sex,
        "location_hidden": person.location_hidden,
    }


def pair_json(found: Pair) -> dict[str, Any]:
    """A pair in a list; a record of another organisation is null."""
    return _row(found.row, found.rules) | {"left": _person(found.left), "right": _person(found.right)}


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    shown = _person(side.person) or {}
    return shown | {
        "hospital_numbers": [{"authority": each.authority, "value": each.value} for each in side.numbers],
        "nhs_numbers": [
            {"value": each.nhs_number, "from": _at(each.from_at), "until": _at(each.until_at)}
            for each in side.nhs_numbers
        ],
        "address": side.address.lines.splitlines() if side.address else None,
        "postcode": side.address.postcode if side.address else None,
        "phones": list(side.phones),
        "case_id": str(side.case_id) if side.case_id else None,
    }


def opened_json(found: OpenedPair) -> dict[str, Any]:
    """A pair side by side. The findings are left out where only one record may be seen."""
    return _row(found.row, found.rules) | {
        "left": _side(found.left),
        "right": _side(found.right),
        "evidence": found.evidence if found.both_seen else None,
        "decisions": [decision_json(row) for row in found.decisions],
    }


def decision_json(row: IdentityDecision) -> dict[str, Any]:
    """What somebody decided and how it stands."""
    return {
        "decision_id": str(row.id),
        "kind": row.kind,
        "state": row.state,
        "code": row.code,
        "reason": row.reason,
        "role": row.role,
        "user_id": str(row.user_id) if row.user_id else None,
        "created_at": _at(row.created_at),
        "handled_at": _at(row.handled_at),
    }


def merge_json(found: Merged) -> dict[str, Any]:
    """A merge with how much it moved."""
    row = found.row
    return {
        "merge_id": str(row.id),
        "survivor": _person(found.survivor),
        "retired": _person(found.retired),
        "cause": row.cause,
        "cause_id": str(row.cause_id),
        "effective_at": _at(row.effective_at),
        "moved": {kind: len(ids) for kind, ids in row.moved.items()},
        "undone_at": _at(row.undone_at),
    }


def test_json(found: TestPatient) -> dict[str, Any]:
    """A test patient with their hospital numbers."""
    return {
        "person_id": str(found.person.id),
        "family_name": found.person.family_name,
        "given_name": found.person.given_name,
        "hospital_numbers": [{"authority": one.authority, "value": one.value} for one in found.numbers],
    }
