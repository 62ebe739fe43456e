"""Words that do not belong on a case, withdrawn: erased, or moved to the annex where they are about abuse or
danger. What is left on the case is the same.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.model import Actor
from discharge.errors import Refused
from housing_checks.store.danger import SaidOfDanger, row_and_clocks

CAME_WITH = "withdrawn-note"
"""How an annex names the request that brought words there from a case."""

READ_BY = "read-by"
"""The item, in an annex, that names who has looked at the case since the words were written."""

WHO_TO_CALL, PLACE_READER = "who-to-call", "place-reader"
"""The items, of notes that are withdrawn, of what stood with a contact or a name to know the ward."""

_JSON = JSONB(none_as_null=True)

Became = Literal["done", "again", "before"]


async def withdraw_note(
    session: AsyncSession, actor: Actor, case_id: UUID, note_id: UUID, *, about_danger: bool
) -> bool:
    """Withdraw the words of a note, or of what becomes one: the newest version of a contact, a name to know
    the ward. Asking for the same again changes nothing. Whether anything was done.

    With ``about_danger`` they stand in the annex from then on, with who has looked at the case since they
    were written. Raises not-found for a note that the asker may not read, words-withdrawn.
    """
    row, clocks = None, None
    if about_danger:
        said = SaidOfDanger(note_id, case_id, actor, CAME_WITH, {}, body_hash=CAME_WITH)
        row, clocks = await row_and_clocks(session, said)
    asked = func.homeward_withdraw_note(case_id, note_id, cast(row, _JSON), cast(clocks, _JSON))
    became: Became = (await session.execute(select(asked))).scalar_one()
    if became == "before":
        raise Refused("words-withdrawn", where="note_id")
    return became == "done"
