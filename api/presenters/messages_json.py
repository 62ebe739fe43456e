"""Messages, replays, edits and alarms as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from api.presenters.became import became
from api.presenters.message_text import SegmentView, shown
from api.reading.inbox import OpenedMessage
from api.reading.replays import Progress
from discharge.store.tables import OutboxRow
from fhir_adapters.hl7v2.causes import cause_words
from fhir_adapters.hl7v2.replays import OUTCOMES, refused_at_sight
from fhir_adapters.store.alarms import Watched
from fhir_adapters.store.tables import AlarmRow, InboxRow, MessageEditRow, ReplayItemRow, ReplayRow
from fhir_adapters.store.waiting import Cause


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _text(key: UUID | None) -> str | None:
    return str(key) if key else None


def message_json(row: InboxRow, feeds: Mapping[UUID, str]) -> dict[str, Any]:
    """A message without its text."""
    return {
        "id": str(row.id),
        "sequence": row.sequence,
        "message_id": row.message_id,
        "feed": feeds.get(row.feed_id),
        "message_type": row.message_type,
        "trigger": row.trigger,
        "version": row.version,
        "state": row.state,
        "code": row.code,
        "reason": row.reason,
        "received_at": _iso(row.received_at),
        "times_received": row.times_received,
        "same_id_other_bytes": row.same_id_other_bytes,
        "acknowledgement": row.acknowledgement,
        "sha256": row.sha256,
        "read_by": row.read_by,
        "handled_at": _iso(row.handled_at),
        "edited_from": _text(row.edited_from),
    }


def opened_json(found: OpenedMessage) -> dict[str, Any]:
    """A message with its text, what it became, and what followed."""
    row = found.row
    text = shown(row.raw, row.content_type, whereabouts=found.whereabouts)
    cannot = refused_at_sight(row.state, row.content_type)
    return message_json(row, {found.feed.id: found.feed.code}) | {
        "text": text.raw,
        "withheld": text.withheld,
        "cut": text.cut or None,
        "segments": [_segment_json(each) for each in text.segments],
        "facts": [
            {
                "ordinal": each.ordinal,
                "kind": each.kind,
                "effective_at": _iso(each.effective_at),
                "values": {
                    value.key: value.value for value in became(each, whereabouts=found.whereabouts).values
                },
            }
            for each in found.facts
        ],
        "person_id": _text(row.person_id),
        "spell_id": _text(row.spell_id),
        "cannot_be_replayed": OUTCOMES[cannot] if cannot else None,
        "events": [
            {"case_id": str(each.case_id), "sequence": each.sequence, "kind": each.kind}
            for each in found.followed.events
        ],
        "sent": [_sent_json(each) for each in found.followed.sent],
        "replays": [_replayed_json(item, replay) for item, replay in found.history.replays],
        "edits": [edit_json(each) for each in found.history.edits],
    }


def _segment_json(segment: SegmentView) -> dict[str, Any]:
    fields = [{"field": each.place, "name": each.name, "value": each.value} for each in segment.fields]
    return {"segment": segment.name, "title": segment.title, "fields": fields}


def _replayed_json(item: ReplayItemRow, replay: ReplayRow) -> dict[str, Any]:
    return {
        "replay_id": str(replay.id),
        "outcome": item.outcome,
        "reason": replay.reason,
        "asked_by": str(replay.asked_by),
        "asked_at": _iso(replay.asked_at),
    }


def _sent_json(row: OutboxRow) -> dict[str, Any]:
    facts = {
        name: _iso(getattr(row, name))
        for name in ("leaving_at", "sent_at", "received_at", "accepted_at", "acted_at")
    }
    return {
        "sequence": row.sequence,
        "case_id": str(row.case_id),
        "kind": row.kind,
        "partner_id": _text(row.partner_id),
        "state": row.state,
        "resent_from": row.resent_from,
        **facts,
    }


def cause_json(each: Cause, feeds: Mapping[UUID, str]) -> dict[str, Any]:
    """A cause with its words."""
    told = cause_words(each.code, each.reason)
    return {
        "state": each.state,
        "code": each.code,
        "reason": each.reason,
        "feed": feeds.get(each.feed_id),
        "count": each.count,
        "first_at": _iso(each.first_at),
        "last_at": _iso(each.last_at),
        "example": str(each.example),
        "people": each.people,
        "cases": [str(case_id) for case_id in each.cases],
        "cases_at_risk": [str(case_id) for case_id in each.at_risk],
        "title": told.title,
        "what_to_do": told.do,
    }


def replay_json(row: ReplayRow) -> dict[str, Any]:
    """A replay without its messages."""
    return {
        "replay_id": str(row.id),
        "state": row.state,
        "total": row.total,
        "reason": row.reason,
        "asked_by": str(row.asked_by),
        "asked_at": _iso(row.asked_at),
        "finished_at": _iso(row.finished_at),
        "stopped_by": _text(row.stopped_by),
        "stopped_reason": row.stopped_reason,
    }


def progress_json(found: Progress, items: Sequence[tuple[ReplayItemRow, InboxRow]]) -> dict[str, Any]:
    """A replay with how far it is."""
    return replay_json(found.row) | {
        "outcomes": {code or "waiting": count for code, count in found.outcomes.items()},
        "states": found.states,
        "messages": [
            {
                "id": str(row.id),
                "was": item.was_state,
                "was_reason": item.was_reason,
                "outcome": item.outcome,
                "words": OUTCOMES.get(item.outcome or ""),
                "state": row.state,
            }
            for item, row in items
        ],
    }


def edit_json(row: MessageEditRow) -> dict[str, Any]:
    """An edit."""
    return {
        "edit_id": str(row.id),
        "original": str(row.original_id),
        "edited": str(row.inbox_id),
        "state": row.state,
        "reason": row.reason,
        "proposed_by": str(row.proposed_by),
        "proposed_at": _iso(row.proposed_at),
        "decided_by": _text(row.decided_by),
        "decided_at": _iso(row.decided_at),
        "decided_reason": row.decided_reason,
    }


def watched_json(each: Watched) -> dict[str, Any]:
    """What is measured of a feed or partner, the rules for it, and the one that counts now."""
    return {
        "kind": each.seen.kind,
        "subject": each.seen.subject,
        "value": each.seen.value,
        "whose_rules": each.whose,
        "rules": [rule.model_dump(mode="json") for rule in each.rules],
        "in_force": each.rule.model_dump(mode="json") if each.rule else None,
    }


def alarm_json(row: AlarmRow) -> dict[str, Any]:
    """An alarm."""
    return {
        "alarm_id": str(row.id),
        "kind": row.kind,
        "subject": row.subject,
        "fact": row.fact,
        "threshold": row.threshold,
        "raised_at": _iso(row.raised_at),
        "told_at": _iso(row.told_at),
        "times_told": row.times_told,
        "cleared_at": _iso(row.cleared_at),
    }
