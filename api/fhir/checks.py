"""Forms of the home check, and checks of cases, for the FHIR interface."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.fhir import cases
from api.fhir.model import FhirSearch, Resource, ResourceType, SearchCondition, SearchPage
from api.web.principals import Principal
from api.web.services import Services
from discharge.cases.events import (
    AnswerDisputed,
    AnswerSettled,
    CheckCompleted,
    CheckStarted,
    Event,
    ItemAnswered,
    event_as_known,
)
from discharge.cases.evolve import fold
from discharge.cases.model import Case
from discharge.clocks import london_date
from discharge.errors import HomewardError
from discharge.store.tables import CaseEventRow, NoteRow
from fhir_adapters.fhir.questionnaire_responses import CheckFacts
from fhir_adapters.fhir.questionnaires import code_of, questionnaire
from housing_checks.checks.form import HOME_CHECK, every_form, form_of

STARTED = "check-started"
OF_A_CHECK = (CheckStarted, ItemAnswered, AnswerDisputed, AnswerSettled, CheckCompleted)
KINDS = tuple(each.model_fields["kind"].default for each in OF_A_CHECK)


def form_code(text: str) -> str:
    """The code of the form with this id. Raises not-found for what is none."""
    code = code_of(text)
    if not code.startswith(f"{HOME_CHECK.name}-") or not form_of(code).known:
        raise HomewardError("not-found")
    return code


async def read_form(services: Services, caller: Principal, kind: ResourceType, code: str) -> Resource:  # noqa: ARG001 - a form is about nobody
    """A form of the home check."""
    return questionnaire(form_of(code), london_date(await services.case_now()))


async def find_forms(services: Services, caller: Principal, search: FhirSearch) -> SearchPage:  # noqa: ARG001
    """The page of a search for forms: every edition, and the one in force with what the site changes."""
    today = london_date(await services.case_now())
    every = (questionnaire(form, today) for form in every_form(today))
    found = [each for each in every if all(_fits(each, condition) for condition in search.conditions)]
    return SearchPage(found[search.offset : search.offset + search.count], len(found))


def _fits(resource: Resource, condition: SearchCondition) -> bool:
    return any(_is(resource, condition.parameter.name.lstrip("_"), value) for value in condition.values)


def _is(resource: Resource, element: str, value: str) -> bool:
    """Whether an element has a value; an address may name the version behind a bar."""
    if element == "url":
        url, _, version = value.partition("|")
        return resource["url"] == url and version in ("", resource["version"])
    return bool(resource[element] == value.removeprefix("|"))


async def find_checks(services: Services, caller: Principal, search: FhirSearch) -> SearchPage:
    """The page of a search for checks. Raises search-parameter for one of no case and nobody."""
    if not search.conditions:
        raise HomewardError("search-parameter", detail="name a patient, an _id or based-on", where="patient")
    return await cases.find(services, caller, search)


async def checks_of(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, CheckFacts]:
    """The checks that began with these commands, with their answers as they stand."""
    begun = select(CaseEventRow.case_id).where(CaseEventRow.kind == STARTED, CaseEventRow.command_id.in_(ids))
    rows = await session.scalars(
        select(CaseEventRow)
        .where(CaseEventRow.case_id.in_(begun), CaseEventRow.kind.in_(KINDS))
        .order_by(CaseEventRow.case_id, CaseEventRow.sequence)
    )
    found = [facts for _, events in groupby(rows, lambda row: row.case_id) for facts in _checks(list(events))]
    wanted = [facts for facts in found if facts.check_id in ids]
    words = await _words(session, wanted)
    return {
        facts.check_id: CheckFacts(facts.check_id, facts.case_id, facts.check, facts.amended, words)
        for facts in wanted
    }


def _checks(rows: Sequence[CaseEventRow]) -> Iterator[CheckFacts]:
    """Every check of one case: what was recorded from its beginning to the next one's."""
    starts = [place for place, row in enumerate(rows) if row.kind == STARTED]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        events = [event for row in rows[start:end] if (event := _known(row)) is not None]
        case = fold(Case(case_id=rows[start].case_id), events)
        if case.check is None:
            continue
        completed = [place for place, event in enumerate(events) if isinstance(event, CheckCompleted)]
        amended = bool(completed) and any(
            isinstance(event, ItemAnswered | AnswerSettled) for event in events[completed[0] :]
        )
        yield CheckFacts(rows[start].command_id, case.case_id, case.check, amended, {})


def _known(row: CaseEventRow) -> Event | None:
    """An event of a check; none for one that only a newer build reads."""
    event = event_as_known(row.payload)
    return event if isinstance(event, OF_A_CHECK) else None


async def _words(session: AsyncSession, found: Sequence[CheckFacts]) -> Mapping[UUID, str]:
    """The words of answers in words, of those notes that the reader may read."""
    notes = {
        answer.note_id
        for facts in found
        for answer in facts.check.given.values()
        if answer.note_id is not None
    }
    if not notes:
        return {}
    standing = (NoteRow.id.in_(notes), NoteRow.withdrawn_at.is_(None))
    rows = await session.execute(select(NoteRow.id, NoteRow.text).where(*standing))
    return {row.id: row.text for row in rows}
