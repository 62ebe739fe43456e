"""What became of a command; it travels between the case's workflow, the record and whoever asked."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import TypeAdapter

from discharge.stored import Stored
from discharge.values import Frozen


class FurtherRefusal(Frozen):
    """What else refused a command, and the field that it is about."""

    code: str
    detail: str = ""
    where: str = ""


class Answer(Frozen):
    """What became of a command: ``accepted`` with its events, ``refused`` with a code of the table, or
    ``failed`` with the code of what kept us from recording it: nothing was changed, nobody will try again.

    ``detail`` never repeats input; ``where`` is the field that a refusal is about, ``others`` what else
    refused it; ``version`` is the case version after it.
    """

    command_id: UUID
    case_id: UUID
    outcome: Literal["accepted", "refused", "failed"]
    version: int
    code: str | None = None
    detail: str | None = None
    events: tuple[str, ...] = ()
    where: str = ""
    others: tuple[FurtherRefusal, ...] = ()


ANSWER: Stored[Answer] = Stored(TypeAdapter(Answer), schema=2)
"""How an answer is stored."""
