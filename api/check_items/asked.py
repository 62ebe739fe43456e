"""From one answer, as a page or a program sends it, to the command that it means."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from api.check_items.schemas import ItemAnswerBody
from api.commands.asked import AskedCommand
from discharge.cases.commands import ConfirmItem


def asked_answer(
    case_id: UUID, item: str, body: ItemAnswerBody, today: date, as_sent: object, key: str | None
) -> AskedCommand:
    """What is asked: the item is answered on the day on which it was seen or told."""
    note = (body.note or "").strip()
    return AskedCommand(
        case_id=case_id,
        command=ConfirmItem(
            item=item,
            value=body.value,
            evidence=body.evidence,
            told_by=body.told_by,
            through=body.through,
            owner_role=body.owner_role,
            due_on=body.due_on,
        ),
        effective_on=body.said_on or today,
        as_sent=as_sent,
        item_notes={item: note} if note else {},
        told_by_name=body.told_by_name,
        danger_items=frozenset({item}) if body.about_danger else frozenset(),
        seen_version=body.seen_version,
        confirm=tuple(body.confirm),
        key=key,
    )
