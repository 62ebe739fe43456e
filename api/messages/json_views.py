"""Messages, replays, edits and alarms as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from api.edits.json_views import edit_json
from api.messages.facts import became
from api.messages.message_text import SegmentView, shown
from api.messages.opened import OpenedMessage
from api.messages.schemas import (
    Message,
    MessageCause,
    MessageDetail,
    MessageEvent,
    MessageFact,
    MessageField,
    MessageReplay,
    MessageSegment,
    SentItem,
)
from discharge.store.tables import OutboxRow
from fhir_adapters.hl7v2.process.causes import cause_words
from fhir_adapters.hl7v2.process.replays import OUTCOMES, refused_at_sight
from fhir_adapters.store.parked_causes import Cause
from fhir_adapters.store.tables import FactRow, InboxRow, ReplayItemRow, ReplayRow


def message_json(row: InboxRow, feeds: Mapping[UUID, str]) -> Message:
    """A message without its text."""
    return Message(
        id=row.id,
        sequence=row.sequence,
        message_id=row.message_id,
        feed=feeds.get(row.feed_id),
        message_type=row.message_type,
        trigger=row.trigger,
        version=row.version,
        state=row.state,
        code=row.code,
        reason=row.reason,
        received_at=row.received_at,
        times_received=row.times_received,
        same_id_other_bytes=row.same_id_other_bytes,
        acknowledgement=row.acknowledgement,
        sha256=row.sha256,
        read_by=row.read_by,
        handled_at=row.handled_at,
        edited_from=row.edited_from,
    )


def opened_json(found: OpenedMessage) -> MessageDetail:
    """A message with its text, what it became, and what followed."""
    row = found.row
    text = shown(row.raw, row.content_type, whereabouts=found.whereabouts)
    cannot = refused_at_sight(row.state, row.content_type, kept=row.kept)
    return MessageDetail(
        **dict(message_json(row, {found.feed.id: found.feed.code})),
        text=text.raw,
        withheld=text.withheld,
        cut=text.cut or None,
        segments=[_segment_json(each) for each in text.segments],
        facts=[_fact_json(each, found) for each in found.facts],
        person_id=row.person_id,
        spell_id=row.spell_id,
        cannot_be_replayed=OUTCOMES[cannot] if cannot else None,
        events=[
            MessageEvent(case_id=each.case_id, sequence=each.sequence, kind=each.kind)
            for each in found.followed.events
        ],
        sent=[_sent_json(each) for each in found.followed.sent],
        replays=[_replayed_json(item, replay) for item, replay in found.history.replays],
        edits=[edit_json(each) for each in found.history.edits],
    )


def _fact_json(fact: FactRow, found: OpenedMessage) -> MessageFact:
    return MessageFact(
        ordinal=fact.ordinal,
        kind=fact.kind,
        effective_at=fact.effective_at,
        values={value.key: value.value for value in became(fact, whereabouts=found.whereabouts).values},
    )


def _segment_json(segment: SegmentView) -> MessageSegment:
    fields = [MessageField(field=each.place, name=each.name, value=each.value) for each in segment.fields]
    return MessageSegment(segment=segment.name, title=segment.title, fields=fields)


def _replayed_json(item: ReplayItemRow, replay: ReplayRow) -> MessageReplay:
    return MessageReplay(
        replay_id=replay.id,
        outcome=item.outcome,
        reason=replay.reason,
        asked_by=replay.asked_by,
        asked_at=replay.asked_at,
    )


def _sent_json(row: OutboxRow) -> SentItem:
    return SentItem(
        sequence=row.sequence,
        case_id=row.case_id,
        kind=row.kind,
        partner_id=row.partner_id,
        state=row.state,
        resent_from=row.resent_from,
        leaving_at=row.leaving_at,
        sent_at=row.sent_at,
        received_at=row.received_at,
        accepted_at=row.accepted_at,
        acted_at=row.acted_at,
    )


def cause_json(each: Cause, feeds: Mapping[UUID, str]) -> MessageCause:
    """A cause with its words."""
    told = cause_words(each.code, each.reason)
    return MessageCause(
        state=each.state,
        code=each.code,
        reason=each.reason,
        feed=feeds.get(each.feed_id),
        count=each.count,
        first_at=each.first_at,
        last_at=each.last_at,
        example=each.example,
        people=each.people,
        cases=list(each.cases),
        cases_at_risk=list(each.at_risk),
        title=told.title,
        what_to_do=told.do,
    )
