"""Messages that say certain words, among the newest that fit whatever else was asked for.

Only what the asker may see counts: a word that is withheld from them is not found either, or the list would
tell what the page does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import LargeBinary, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import looked_at
from api.messages.message_text import MOST_CHARACTERS, shown
from api.messages.whereabouts import whereabouts_seen
from api.web.principals import Principal
from fhir_adapters.store.message_search import MessageQuery, conditions
from fhir_adapters.store.tables import InboxRow

MOST_READ = 5_000
"""Newest messages whose bytes are looked through."""
MOST_FOUND = 200
"""As many as are listed of those."""
AT_A_TIME = 50

_PLAIN = re.compile(r"[ -\[\]-~]+")


async def messages_that_say(
    session: AsyncSession, caller: Principal, wanted: MessageQuery, words: str
) -> tuple[UUID, ...]:
    """Their ids; small and capital letters are the same. The look is noted."""
    hits = await _candidates(session, caller, wanted, words)
    found: list[UUID] = []
    people: set[UUID] = set()
    for begin in range(0, len(hits), AT_A_TIME):
        some = select(InboxRow).where(InboxRow.id.in_(hits[begin : begin + AT_A_TIME]))
        for row in (await session.scalars(some)).all():
            seen = await whereabouts_seen(session, row)
            text = shown(row.raw, row.content_type, whereabouts=seen).raw
            if words.casefold() in text.casefold():
                found.append(row.id)
                people |= {row.person_id} if row.person_id else set()
    if found:
        await looked_at(session, caller, "words in messages", (), sorted(people))
    return tuple(found)


async def _candidates(
    session: AsyncSession, caller: Principal, wanted: MessageQuery, words: str
) -> Sequence[UUID]:
    """Ids of messages whose bytes hold the longest plain part of the words."""
    newest = (
        select(InboxRow.id, InboxRow.raw, InboxRow.received_at, InboxRow.sequence)
        .where(*conditions(wanted, caller.organisation_id))
        .order_by(InboxRow.received_at.desc(), InboxRow.sequence.desc())
        .limit(MOST_READ)
        .subquery()
    )
    beginning = func.substring(newest.c.raw, 1, MOST_CHARACTERS, type_=LargeBinary)
    text = func.upper(func.encode(beginning, "escape"))
    plain = max(_PLAIN.findall(words), key=len, default="").upper()
    says = select(newest.c.id).where(func.strpos(text, plain) > 0)
    newest_first = says.order_by(newest.c.received_at.desc(), newest.c.sequence.desc())
    return (await session.scalars(newest_first.limit(MOST_FOUND))).all()
