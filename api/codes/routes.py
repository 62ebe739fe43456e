"""Lists of codes for programs: their words, editions and sources."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.codes.lists import CODE_LISTS, edition_of, editions_of, sources_of, title_of
from api.codes.schemas import CodeListDetail, CodeListIndex, CodeListSummary, CodeValue
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from discharge.clocks import london_date
from discharge.codes.model import Code, CodeList
from discharge.errors import HomewardError

router = APIRouter(prefix="/api/v1/codes", tags=["codes"])

On = Annotated[date | None, Query(description="The London date of which to tell; by default today")]


@router.get("")
async def list_code_lists(services: Ready, caller: Caller, page: Paged, on: On = None) -> CodeListIndex:  # noqa: ARG001
    """Every list of codes that this interface takes or gives, with its edition on a day."""
    day = on or london_date(await services.case_now())
    every = list(CODE_LISTS.values())
    lists = [_summary(each, day) for each in page.cut(every)]
    return CodeListIndex(lists=lists, next=page.next(len(every)))


@router.get("/{name}")
async def get_code_list(
    name: Annotated[str, Path(max_length=60, description="Name of the list")],
    services: Ready,
    caller: Caller,  # noqa: ARG001 - whoever is signed in
    on: On = None,
) -> CodeListDetail:
    """The codes of a list that are in force on a day, in the order in which people choose from them."""
    found = CODE_LISTS.get(name)
    if found is None:
        raise HomewardError("not-found", where="name")
    day = on or london_date(await services.case_now())
    return CodeListDetail(
        **dict(_summary(found, day)), on=day, codes=[_value(row) for row in found.in_force(day)]
    )


def _summary(found: CodeList[Any], day: date) -> CodeListSummary:
    return CodeListSummary(
        name=found.name,
        title=title_of(found),
        edition=edition_of(found, day),
        editions=editions_of(found, day),
        sources=sources_of(found),
        total=len(found.in_force(day)),
    )


def _value(row: Code) -> CodeValue:
    return CodeValue(
        code=row.code,
        words=row.label,
        source=row.source,
        from_on=None if row.from_on == date.min else row.from_on,
        until_on=row.to_on - timedelta(days=1) if row.to_on else None,
    )
