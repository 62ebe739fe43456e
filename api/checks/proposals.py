"""Answers that are proposed before anybody gave them: for programs, and a page to confirm them one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.cases import queries as case_queries
from api.cases.queries import CaseFile
from api.commands.asked import AskedCommand
from api.commands.pages import done_href
from api.commands.service import ask
from api.forms.submission import as_sent, seen_of
from api.looks.notes import looked
from api.web.depends import Caller, Ready
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from api.web.principals import Principal
from api.web.schemas import Schema
from discharge.cases.command_stages import require_may_ask
from discharge.cases.commands import SaveAnswers
from discharge.cases.model import SNAPSHOT, Case
from discharge.clocks import london_date
from discharge.errors import HomewardError
from discharge.store.tables import CaseRow
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.model import CheckForm
from housing_checks.checks.prefill import Proposal, Source, proposals

router = APIRouter(prefix="/api/v1/cases", tags=["checks"])
page_router = APIRouter(prefix="/cases", include_in_schema=False)

KIND = "save-answers"
MOST_CASES = 5
"""How many earlier cases of the person are looked at."""
SOURCES: dict[Source, str] = {
    "case": "the referral and the case",
    "earlier-check": "the last check of this home",
}


class ProposedAnswer(Schema):
    """An answer that is proposed; it counts nowhere until somebody saves it as an answer."""

    item: str = Field(description="Code of the check item")
    answer: str = Field(description="The answer that is proposed, as it would be sent")
    words: str = Field(description="The answer in words")
    source: Source = Field(description="Where it comes from: `case`, or the `earlier-check` of the same home")
    said_on: str | None = Field(description="The day of that word; null where it is not known")
    known: str | None = Field(description="What is known, in words; null for an earlier check")


class ProposedAnswers(Schema):
    """The answers that are proposed for the check of a case."""

    form: str = Field(description="Code of the form of the check")
    version: int = Field(description="Version of the case; it is sent back as seen_version")
    proposed: list[ProposedAnswer] = Field(description="The answers, in the order of the form")


@router.get("/{case_id}/check/proposals")
async def get_proposed_answers(services: Ready, caller: Caller, case_id: UUID) -> ProposedAnswers:
    """What the case and the last check of the same home say of items that nobody has answered.

    Confirm one by saving it: `save-answers`.
    """
    caller.require(KIND)
    async with services.begin(caller) as session:
        found = await case_queries.read_case(session, caller, case_id, "proposed answers", KIND)
        form = _form(found.case, london_date(await services.case_now()))
        made = await _proposed(session, caller, found, form)
    return ProposedAnswers(
        form=form.code, version=found.case.version, proposed=[_json(form, each) for each in made]
    )


def _json(form: CheckForm, each: Proposal) -> ProposedAnswer:
    return ProposedAnswer(
        item=each.item,
        answer=each.value,
        words=form.item(each.item).words(each.value),
        source=each.source,
        said_on=each.on.isoformat() if each.on is not None else None,
        known=each.because or None,
    )


@dataclass(frozen=True)
class Line:
    """One proposed answer as the page shows it."""

    code: str
    label: str
    question: str
    value: str
    answer: str
    source: str


@page_router.get("/{case_id}/check/proposed")
async def show(visit: Visitor, case_id: UUID) -> Response:
    """The proposed answers, each with a button that confirms it."""
    found, form, made = await _opened(visit, case_id)
    return _page(visit, found, form, made)


@page_router.post("/{case_id}/check/proposed")
async def confirm(visit: Visitor, case_id: UUID) -> Response:
    """Save the answer that was confirmed. What is proposed no more comes back, with what is."""
    sent = await visit.form()
    found, form, made = await _opened(visit, case_id)
    item, value = str(sent.get("item", "")), str(sent.get("answer", ""))
    if not any((each.item, each.value) == (item, value) for each in made):
        return _page(visit, found, form, made, gone=True)
    asked = AskedCommand(
        case_id=case_id,
        command=SaveAnswers(form=form.code, answers={item: value}, evidence=_told(form, item)),
        effective_on=visit.today,
        as_sent=as_sent(sent),
        seen_version=seen_of(sent),
        key=str(sent.get("key", "")) or None,
    )
    outcome = await ask(visit.services, visit.caller, asked)
    if outcome.answer is None:
        return visit.to(f"/requests/{outcome.command_id}")
    if outcome.answer.outcome == "refused":
        return visit.to(await done_href(visit, asked, outcome, "check"))
    return visit.to(f"/cases/{case_id}/check/proposed")


def _told(form: CheckForm, item: str) -> dict[str, str]:
    """Somebody confirms what others said."""
    return {item: "told"} if "told" in form.item(item).evidence_kinds else {}


async def _opened(visit: Visit, case_id: UUID) -> tuple[CaseFile, CheckForm, list[Proposal]]:
    visit.caller.require(KIND)
    async with visit.services.begin(visit.caller) as session:
        found = await case_queries.read_case(session, visit.caller, case_id, "proposed answers", KIND)
        require_may_ask(found.case, KIND)
        form = _form(found.case, visit.today)
        return found, form, await _proposed(session, visit.caller, found, form)


def _page(
    visit: Visit, found: CaseFile, form: CheckForm, made: list[Proposal], *, gone: bool = False
) -> Response:
    name = words.full_name(found.person.family_name, found.person.given_name)
    values: dict[str, Any] = {"case_id": str(found.case.case_id), "version": found.case.version, "name": name}
    lines = [_line(form, each) for each in made]
    status = 409 if gone else 200
    return visit.page("checks/proposed.html", status, lines=lines, gone=gone, key=str(uuid4()), **values)


def _line(form: CheckForm, each: Proposal) -> Line:
    item = form.item(each.item)
    day = f" of {words.day(each.on)}" if each.on is not None else ""
    because = f": {each.because}" if each.because else ""
    return Line(
        code=each.item,
        label=item.label,
        question=item.question,
        value=each.value,
        answer=item.words(each.value),
        source=f"From {SOURCES[each.source]}{day}{because}",
    )


def _form(case: Case, today: date) -> CheckForm:
    """The form of the check that the case has, under way or complete; else the one in force."""
    return form_of(case.check.form) if case.check is not None else form_in_force(today)


async def _proposed(
    session: AsyncSession, caller: Principal, found: CaseFile, form: CheckForm
) -> list[Proposal]:
    if not form.known:
        raise HomewardError("check-form-unknown", where="form")
    return proposals(found.case, form, await _before(session, caller, found))


async def _before(session: AsyncSession, caller: Principal, found: CaseFile) -> Case | None:
    """The last earlier case of the same person with a completed check of the home where they live, of those
    that the caller may see; none where the address is not shown to them, or is newer than that check.
    """
    if found.address is None:
        return None
    rows = await session.scalars(
        select(CaseRow)
        .where(CaseRow.person_id == found.person.id, CaseRow.id != found.case.case_id)
        .order_by(CaseRow.referred_on.desc(), CaseRow.id)
        .limit(MOST_CASES)
    )
    cases = (SNAPSHOT.read(row.snapshot) for row in rows)
    of_this_home = (case for case in cases if _checked_since(case, found.address.from_on))
    before = next((case for case in of_this_home if caller.may_on(case, KIND)), None)
    if before is not None:
        await looked(session, caller, "proposed answers", [before.case_id], [found.person.id])
    return before


def _checked_since(case: Case, moved_on: date | None) -> bool:
    checked_on = case.check.completed_on if case.check is not None else None
    return checked_on is not None and (moved_on is None or moved_on <= checked_on)
