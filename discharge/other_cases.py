"""The ids of other cases that a case names because they were merged: only who may read a case learns its id.

For everybody else an id of no case stands in its place. It is the same wherever this case names that one, so
that what belongs together is seen to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from discharge.cases.model import Case, Check, ItemAnswer
from discharge.cases.model.home import AnswerDetails

NAMES = frozenset({"merged_into", "merged_case_id", "came_from", "case_id"})
"""Fields, of whatever is recorded of a case, that name another one."""

StandIns = Mapping[str, str]
"""The id of a case that is withheld -> what stands in its place."""


def others_of(case: Case) -> frozenset[UUID]:
    """The cases that were merged with this one."""
    into = () if case.merged_into is None else (case.merged_into,)
    return frozenset((*into, *(each.case_id for each in case.merged_cases.values())))


def others_recorded(recorded: Any) -> Iterator[UUID]:
    """The cases that something recorded names, an event for instance."""
    if isinstance(recorded, dict):
        for name, value in recorded.items():
            if name in NAMES and value is not None:
                yield from (UUID(each) for each in (value if isinstance(value, list) else [value]))
            else:
                yield from others_recorded(value)
    elif isinstance(recorded, list):
        for value in recorded:
            yield from others_recorded(value)


def stand_ins(case_id: UUID, withheld: frozenset[UUID]) -> StandIns:
    """What stands in this case for the ids of others that are withheld."""
    return {str(each): str(uuid5(case_id, str(each))) for each in withheld}


def recorded_without_cases(recorded: Any, instead: StandIns) -> Any:
    """What was recorded, with each withheld id replaced, also within a key or a text."""
    if isinstance(recorded, dict):
        return {
            _without(name, instead): recorded_without_cases(value, instead)
            for name, value in recorded.items()
        }
    if isinstance(recorded, list):
        return [recorded_without_cases(value, instead) for value in recorded]
    return _without(recorded, instead) if isinstance(recorded, str) else recorded


def without_cases(case: Case, instead: StandIns) -> Case:
    """The case with each withheld id replaced."""
    if not instead:
        return case
    merged = {
        _without(key, instead): each.model_copy(update={"case_id": _other(each.case_id, instead)})
        for key, each in case.merged_cases.items()
    }
    alerts = {
        key: each.model_copy(
            update={name: _without(getattr(each, name), instead) for name in ("subject", "cause")}
        )
        for key, each in case.alerts.items()
    }
    into = case.merged_into and _other(case.merged_into, instead)
    check = case.check and _check(case.check, instead)
    return case.model_copy(
        update={"merged_into": into, "merged_cases": merged, "alerts": alerts, "check": check}
    )


def _check(check: Check, instead: StandIns) -> Check:
    details = {code: _details(each, instead) for code, each in check.details.items()}
    said = {code: tuple(_answer(each, instead) for each in every) for code, every in check.statements.items()}
    return check.model_copy(update={"details": details, "statements": said})


def _details(said: AnswerDetails, instead: StandIns) -> AnswerDetails:
    return said.model_copy(update=_came_from(said, instead)) if said.came_from else said


def _answer(said: ItemAnswer, instead: StandIns) -> ItemAnswer:
    return said.model_copy(update=_came_from(said, instead)) if said.came_from else said


def _came_from(said: AnswerDetails, instead: StandIns) -> dict[str, Any]:
    return {"came_from": tuple(_other(each, instead) for each in said.came_from)}


def _other(case_id: UUID, instead: StandIns) -> UUID:
    return UUID(instead.get(str(case_id), str(case_id)))


def _without(text: str, instead: StandIns) -> str:
    for held, other in instead.items():
        text = text.replace(held, other)
    return text
