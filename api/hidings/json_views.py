"""Who was hidden because an organisation asked for it, as JSON."""

from __future__ import annotations

from api.hidings.schemas import HidingRecord, OwnHiding
from api.hidings.service import AskedHiding, Hiding
from api.web.names import Directory


def hiding_json(each: Hiding, known: Directory) -> HidingRecord:
    """A hiding that another organisation asked for."""
    return HidingRecord(
        message_id=each.inbox_id,
        person_id=each.person_id,
        case_id=each.case_id,
        asked_by=known.organisation(each.sender_id),
        hidden_at=each.hidden_at,
        may_answer=each.may_answer,
        answer=each.answer,
        reason=each.reason,
        answered_at=each.answered_at,
        answered_by=known.user(each.answered_by),
        withdrawn_at=each.withdrawn_at,
        still_hidden=each.still_hidden,
    )


def asked_json(each: AskedHiding) -> OwnHiding:
    """A hiding that the caller's own organisation asked for."""
    return OwnHiding(
        message_id=each.inbox_id,
        numbers=list(each.numbers),
        hidden_at=each.hidden_at,
    )
