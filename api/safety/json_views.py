"""What somebody reads of an annex, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.safety import schemas
from api.safety.service import Due, SafetyFile
from api.web.names import Directory
from housing_checks.safety.clocks import SAFETY_CLOCKS
from housing_checks.store.safety import AnnexFile, Entry
from housing_checks.store.safety_tables import SafetyClockRow
from housing_checks.store.safety_uncased import Uncased


def safety_json(found: SafetyFile, known: Directory, now: datetime) -> schemas.SafetyRecord:
    """What the caller reads about one person."""
    return schemas.SafetyRecord(
        case_id=found.case.case_id,
        safety=found.line.as_json(),
        who_reads=found.who_reads,
        entries=[_entry(each, known) for each in found.entries],
        annex=_annex(found.annex, found, known, now) if found.annex else None,
    )


def _entry(each: Entry, known: Directory) -> schemas.SafetyEntry:
    row = each.row
    return schemas.SafetyEntry(
        entry_id=row.id,
        kind=row.kind,
        case_time=row.case_time,
        recorded_at=row.recorded_at,
        name=known.user(row.user_id),
        organisation=known.organisation(row.organisation_id),
        event=each.event.model_dump(mode="json"),
        words=dict(each.notes),
    )


def _annex(annex: AnnexFile, found: SafetyFile, known: Directory, now: datetime) -> schemas.SafetyAnnex:
    return schemas.SafetyAnnex(
        disclosed=annex.annex.disclosed,
        asked_alone=annex.annex.asked_alone_on is not None,
        due=[schemas.SafetyDue(**_due(each, now)) for each in annex.clocks],
        named=[
            schemas.SafetyNamed(
                user_id=row.user_id,
                name=known.user(row.user_id),
                organisation=known.organisation(row.organisation_id),
                scope="all" if row.scope == "all" else "own",
                reason=row.reason,
                named_by=known.user(row.named_by),
                named_at=row.named_at,
                ended_at=row.ended_at,
                ended_reason=row.ended_reason,
            )
            for row in annex.named
        ],
        looks=[
            schemas.SafetyLook(
                at=row.at,
                name=known.user(row.user_id),
                organisation=known.organisation(row.organisation_id),
                role=row.role,
                what=row.what,
            )
            for row in found.looks
        ],
    )


def _due(row: SafetyClockRow, now: datetime) -> dict[str, Any]:
    return {
        "clock": row.clock,
        "label": SAFETY_CLOCKS.label(row.clock),
        "due_at": row.due_at,
        "late": is_late(row, now),
    }


def is_late(row: SafetyClockRow, now: datetime) -> bool:
    """Whether a clock is over, found by the sweep or not yet."""
    return row.late_at is not None or row.due_at <= now


def referral_json(each: Uncased, known: Directory) -> schemas.SafetyReferral:
    """What was said in a referral that has no case."""
    return schemas.SafetyReferral(
        entry_id=each.event_id,
        said_at=each.said_at,
        name=known.user(each.user_id),
        organisation=known.organisation(each.organisation_id),
        state=each.state,
        due_at=each.due_at,
        family_name=each.family_name,
        given_name=each.given_name,
        birth_date=each.birth_date,
        nhs_number=each.nhs_number,
        words=dict(each.words or {}),
        may_end=each.may_end,
    )


def due_json(each: Due, now: datetime) -> schemas.SafetyCaseDue:
    """Something due, and for whom."""
    return schemas.SafetyCaseDue(
        **_due(each.clock, now),
        case_id=each.clock.case_id,
        family_name=each.person.family_name,
        given_name=each.person.given_name,
    )
