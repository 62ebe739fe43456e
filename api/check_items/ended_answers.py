"""Why an answer of an item's history does not stand any more, where nobody answered it otherwise since."""

from __future__ import annotations

from collections.abc import Sequence

from discharge.cases.events import (
    AnswerSettled,
    BuildingLeft,
    CheckStarted,
    Event,
    GateItemSet,
    ItemAnswered,
    event_as_known,
)
from discharge.store.tables import CaseEventRow
from housing_checks.checks.model import CheckItem
from housing_checks.checks.move import had_run_out

OLDER = "It is older than what was known"
RAN_OUT = "It held until a day that has passed"
ELSEWHERE = "It is about the former building"
BEGUN_AGAIN = "A new check was begun since"
RAN_OUT_BEFORE = "It held until a day that had passed when the check moved to the current questions"
NOT_TAKEN_OVER = "The check moved to other questions, and it was not taken over"


def not_standing(item: CheckItem, rows: Sequence[CaseEventRow]) -> dict[int, str]:
    """Return why answers do not stand, by the number of their events; the newest row comes first."""
    why: dict[int, str] = {}
    ended: list[Event] = []
    for row in rows:
        event = event_as_known(row.payload)
        if isinstance(event, ItemAnswered | AnswerSettled):
            reason = _reason(item, event, ended)
            why |= {row.sequence: reason} if reason else {}
        elif isinstance(event, CheckStarted | BuildingLeft) or (
            isinstance(event, GateItemSet) and event.expired
        ):
            ended.append(event)
    return why


def _reason(item: CheckItem, said: ItemAnswered | AnswerSettled, ended: Sequence[Event]) -> str:
    """Why an answer does not stand: by itself, or by the first thing that ended it; nothing where it does."""
    if isinstance(said, ItemAnswered) and not said.stands:
        return OLDER
    for event in reversed(ended):
        if isinstance(event, GateItemSet):
            return RAN_OUT
        if isinstance(event, BuildingLeft):
            return ELSEWHERE
        if isinstance(event, CheckStarted) and item.code not in event.kept:
            return _left_behind(item, said, event)
    return ""


def _left_behind(item: CheckItem, said: ItemAnswered | AnswerSettled, begun: CheckStarted) -> str:
    if begun.moved_from is None:
        return BEGUN_AGAIN
    same = item.same_as == item.code
    over = same and had_run_out(item, said.answer, begun.started_on)
    return RAN_OUT_BEFORE if over else NOT_TAKEN_OVER
