"""Messages, replays, edits and alarms as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from api.presenters.message_facts import became
from api.presenters.message_text import SegmentView, shown
from api.queries.inbox import OpenedMessage
from api.queries.replays import Progress
from api.schemas.messages import (
    Alarm,
    Message,
    MessageCause,
    MessageDetail,
    MessageEdit,
    MessageEvent,
    MessageFact,
    MessageField,
    MessageReplay,
    MessageSegment,
    Replay,
    ReplayDetail,
    ReplayedMessage,
    SentItem,
    WatchedFigure,
)
from discharge.store.tables import OutboxRow
from fhir_adapters.hl7v2.causes import cause_words
from fhir_adapters.hl7v2.replays import OUTCOMES, refused_at_sight
from fhir_adapters.store.alarms import Watched
from fhir_adapters.store.parked_causes import Cause
from fhir_adapters.store.tables import AlarmRow, FactRow, InboxRow, MessageEditRow, ReplayItemRow, ReplayRow


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
    cannot = refused_at_sight(row.state, row.content_type)
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


def replay_json(row: ReplayRow) -> Replay:
    """A replay without its messages."""
    return Replay(
        replay_id=row.id,
        state=row.state,
        total=row.total,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        stopped_by=row.stopped_by,
        stopped_reason=row.stopped_reason,
    )


def progress_json(found: Progress, items: Sequence[tuple[ReplayItemRow, InboxRow]]) -> ReplayDetail:
    """A replay with how far it is."""
    return ReplayDetail(
        **dict(replay_json(found.row)),
        outcomes={code or "waiting": count for code, count in found.outcomes.items()},
        states=dict(found.states),
        messages=[
            ReplayedMessage(
                id=row.id,
                was=item.was_state,
                was_reason=item.was_reason,
                outcome=item.outcome,
                words=OUTCOMES.get(item.outcome or ""),
                state=row.state,
            )
            for item, row in items
        ],
    )


def edit_json(row: MessageEditRow) -> MessageEdit:
    """An edit."""
    return MessageEdit(
        edit_id=row.id,
        original=row.original_id,
        edited=row.inbox_id,
        state=row.state,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decided_reason=row.decided_reason,
    )


def watched_json(each: Watched) -> WatchedFigure:
    """What is measured of a feed or partner, the rules for it, and the one that counts now."""
    return WatchedFigure(
        kind=each.seen.kind,
        subject=each.seen.subject,
        value=each.seen.value,
        whose_rules=each.whose,
        rules=list(each.rules),
        in_force=each.rule,
    )


def alarm_json(row: AlarmRow) -> Alarm:
    """An alarm."""
    return Alarm(
        alarm_id=row.id,
        kind=row.kind,
        subject=row.subject,
        fact=row.fact,
        threshold=row.threshold,
        raised_at=row.raised_at,
        told_at=row.told_at,
        times_told=row.times_told,
        cleared_at=row.cleared_at,
    )
