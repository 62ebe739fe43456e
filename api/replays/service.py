"""What operators do with messages: have them read again, send an item again.

Each is done once however often it is asked, and noted with who and why.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import who
from api.messages.queries import message
from api.messages.search import Search, wanted_by
from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store import audit, outbox
from fhir_adapters.hl7v2.process.replays import OUTCOMES, refused_at_sight
from fhir_adapters.hl7v2.store.replay_work import ask_replay, stop_replay

LEAST_REASON, MOST_REASON = 3, 500


def reason_fault(reason: str) -> str:
    """What is wrong with a reason; nothing where it will do."""
    if len(reason) < LEAST_REASON:
        return "Write why, so that others can follow the decision"
    return f"Write at most {MOST_REASON} characters" if len(reason) > MOST_REASON else ""


def require_reason(reason: str) -> None:
    """Refuse a reason that will not do. Raises reason-needed."""
    if reason_fault(reason):
        raise HomewardError("reason-needed", where="reason")


async def replay(session: AsyncSession, caller: Principal, search: Search, reason: str) -> UUID:
    """Have messages read again. The id of the replay. Raises not-replayable for one message that cannot be,
    saying why.
    """
    caller.require("messages.release")
    require_reason(reason)
    wanted = await wanted_by(session, caller, search)
    if search.id:
        row, _ = await message(session, caller, wanted.ids[0])
        if refused := refused_at_sight(row.state, row.content_type, kept=row.kept):
            raise HomewardError("not-replayable", detail=OUTCOMES[refused])
    replay_id = uuid4()
    await ask_replay(session, replay_id, caller.organisation_id, wanted, reason, caller.user_id)
    await audit.note_write(session, who(caller), "messages replayed", f"replay {replay_id}")
    return replay_id


async def stop(session: AsyncSession, caller: Principal, replay_id: UUID, reason: str) -> None:
    """Stop a replay where it is; messages already back in the queue stay there."""
    caller.require("messages.release")
    require_reason(reason)
    await stop_replay(session, replay_id, reason)
    await audit.note_write(session, who(caller), "replay stopped", f"replay {replay_id}")


async def resend(session: AsyncSession, caller: Principal, sequence: int, reason: str) -> int:
    """Send an item to its partner once more, as a new item. Its sequence."""
    caller.require("deadletters.release")
    require_reason(reason)
    again = await outbox.resend(session, sequence, uuid4(), reason)
    await audit.note_write(session, who(caller), "item sent again", f"outbox {sequence} as {again}")
    return again
