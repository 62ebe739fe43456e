"""Pairs, merges and decisions as interfaces give them: coded, with times in ISO 8601."""

from __future__ import annotations

from typing import Any

from api.duplicates import schemas
from api.duplicates.queries import Merged, OpenedPair, Pair, Side, TestPatient
from api.web.schemas import LocalNumber
from discharge.store.tables import DuplicatePair, IdentityDecision, Person, PersonIdentifier


def _row(row: DuplicatePair, rules: tuple[str, ...]) -> dict[str, Any]:
    return {
        "pair_id": row.id,
        "state": row.state,
        "rules": list(rules),
        "offered_at": row.offered_at,
        "decided_at": row.decided_at,
    }


def _number(row: PersonIdentifier) -> LocalNumber:
    return LocalNumber(authority=row.authority, value=row.value)


def _person(person: Person | None) -> schemas.PersonRecord | None:
    if person is None:
        return None
    return schemas.PersonRecord(
        person_id=person.id,
        nhs_number=person.nhs_number,
        nhs_number_status=person.nhs_number_status,
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        sex=person.sex,
        location_hidden=person.location_hidden,
    )


def pair_json(found: Pair) -> schemas.DuplicatePair:
    """A pair in a list; a record of another organisation is null."""
    return schemas.DuplicatePair(
        **_row(found.row, found.rules), left=_person(found.left), right=_person(found.right)
    )


def _side(side: Side | None) -> schemas.PersonRecordDetail | None:
    shown = _person(side.person) if side else None
    if side is None or shown is None:
        return None
    return schemas.PersonRecordDetail(
        **dict(shown),
        hospital_numbers=[_number(each) for each in side.numbers],
        nhs_numbers=[
            schemas.NhsNumberHeld(value=each.nhs_number, since=each.from_at, until=each.until_at)
            for each in side.nhs_numbers
        ],
        address=side.address.lines.splitlines() if side.address else None,
        postcode=side.address.postcode if side.address else None,
        phones=list(side.phones),
        phones_not_safe=sorted(side.not_safe),
        case_id=side.case_id,
    )


def opened_json(found: OpenedPair) -> schemas.DuplicatePairDetail:
    """A pair side by side. The findings are left out where only one record may be seen."""
    return schemas.DuplicatePairDetail(
        **_row(found.row, found.rules),
        left=_side(found.left),
        right=_side(found.right),
        evidence=found.evidence if found.both_seen else None,
        decisions=[decision_json(row) for row in found.decisions],
    )


def decision_json(row: IdentityDecision) -> schemas.IdentityDecision:
    """What somebody decided and how it stands."""
    return schemas.IdentityDecision(
        decision_id=row.id,
        kind=row.kind,
        state=row.state,
        code=row.code,
        reason=row.reason,
        role=row.role,
        user_id=row.user_id,
        created_at=row.created_at,
        handled_at=row.handled_at,
    )


def merge_json(found: Merged) -> schemas.Merge:
    """A merge with how much it moved."""
    row = found.row
    return schemas.Merge(
        merge_id=row.id,
        survivor=_person(found.survivor),
        retired=_person(found.retired),
        cause=row.cause,
        cause_id=row.cause_id,
        effective_at=row.effective_at,
        moved={kind: len(ids) for kind, ids in row.moved.items()},
        undone_at=row.undone_at,
    )


def test_json(found: TestPatient) -> schemas.RehearsalPatient:
    """A test patient with their hospital numbers."""
    return schemas.RehearsalPatient(
        person_id=found.person.id,
        family_name=found.person.family_name,
        given_name=found.person.given_name,
        hospital_numbers=[_number(one) for one in found.numbers],
    )
