"""Replays as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from api.replays.queries import Progress
from api.replays.schemas import Replay, ReplayDetail, ReplayedMessage
from fhir_adapters.hl7v2.process.replays import OUTCOMES
from fhir_adapters.store.tables import InboxRow, ReplayItemRow, ReplayRow


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
