"""The bed-days report: a period, a comparison with a name, and the people behind each number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from api.bed_days.behind import people_behind
from api.bed_days.measures import measure_of
from api.bed_days.people import behind
from api.bed_days.queries import bed_days, compared_on, wanted
from api.bed_days.views import DATES, PARAMETERS, PATH, ReportQuery, present, present_form
from api.forms.dates import read_date
from api.web.page.visit import Visitor
from api.web.paging import SIZE, Page
from api.web.parameters import check_names
from discharge.delays.released import COUNTERFACTUALS, FIXED
from discharge.errors import HomewardError

router = APIRouter(include_in_schema=False)

NO_SUCH_FIGURE = "The report has no such figure. Choose a number in the report to see its people"
NOT_A_DATE = "Enter a real date, for instance 27 March 2026, or leave it empty"


@router.get(PATH)
async def show(visit: Visitor) -> Response:
    """Bed days lost and released. What is asked is in the address, so that a report can be shared."""
    visit.caller.require("reports.read")
    check_names(visit.request, PARAMETERS)
    asked = read_question(visit.request.query_params, visit.today)
    if asked.faults:
        return visit.page("bed_days/bed_days.html", 422, form=present_form(asked, visit.today), report=None)
    may_open = visit.caller.may("case.read")
    if asked.of and not may_open:
        raise HomewardError("role-not-allowed", detail="case.read")
    question = wanted(asked.from_on, asked.to_on, visit.today, asked.counterfactual)
    measure = measure_of(asked.of, question) if asked.of else None
    async with visit.services.begin(visit.caller, report=True) as session:
        found = await bed_days(session, visit.caller, question)
        page = Page(max(1, asked.page), SIZE)
        people = await people_behind(session, visit.caller, question, measure, page) if measure else None
    if asked.of and measure is None:
        asked = replace(asked, faults={"figures": NO_SUCH_FIGURE})
    report = present(found, asked, behind(people, asked.page_href) if people else None, may_open=may_open)
    status = 404 if asked.faults else 200
    return visit.page("bed_days/bed_days.html", status, form=present_form(asked, visit.today), report=report)


def read_question(query: Mapping[str, str], today: date) -> ReportQuery:
    """What an address asks for: dates whole (`from_on=2026-03-27`) or from the three boxes of the form."""
    faults: dict[str, str] = {}
    days: dict[str, date | None] = {}
    typed: dict[str, tuple[str, str, str]] = {}
    for name in DATES:
        typed[name] = _typed(query, name)
        days[name] = _date(typed[name], name, faults)
    first, last = days["from_on"], days["to_on"]
    if first and last and first > last:
        faults["to_on"] = "The last day must not lie before the first"
    against, fixed = query.get("against", "none") or "none", query.get("days", "").strip()
    if against == FIXED and not (fixed.isdecimal() and len(fixed) <= 4):
        faults["days"] = "Enter how many days it would have taken, as a whole number"
    elif against != FIXED and COUNTERFACTUALS.find(against, compared_on(last, today)) is None:
        faults["against"] = "Choose one of the comparisons on the page"
    page = query.get("page", "1")
    if not (page.isdecimal() and len(page) <= 4):
        faults["page"] = "Choose a page by its number"
        page = "1"
    return ReportQuery(first, last, against, fixed, query.get("of", ""), typed, faults, int(page))


def _typed(query: Mapping[str, str], name: str) -> tuple[str, str, str]:
    whole = query.get(name, "").split("-")
    if len(whole) == 3:
        return whole[2].lstrip("0"), whole[1].lstrip("0"), whole[0]
    day, month, year = (query.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year"))
    return (day, month, year) if name not in query else (query[name], "", "")


def _date(typed: tuple[str, str, str], name: str, faults: dict[str, str]) -> date | None:
    if not any(typed):
        return None
    read = read_date(*typed)
    if read is None:
        faults[name] = NOT_A_DATE
    return read
