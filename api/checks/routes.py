"""Forms of the home check for programs: what is asked, when, and how it is answered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.checks.schemas import (
    CheckFormDetail,
    CheckFormIndex,
    CheckFormSummary,
    FormAnswer,
    FormCondition,
    FormItem,
)
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from discharge.cases.circumstances import fact_words
from discharge.clocks import london_date
from discharge.errors import HomewardError
from housing_checks.checks.enable_when import AnswerIs, FactIs
from housing_checks.checks.form import every_form, form_of
from housing_checks.checks.model import CheckForm, CheckItem

router = APIRouter(prefix="/api/v1/check-forms", tags=["checks"])


@router.get("")
async def list_check_forms(services: Ready, caller: Caller, page: Paged) -> CheckFormIndex:  # noqa: ARG001
    """Every edition of the form, and the one in force today with what this site changes."""
    every = every_form(london_date(await services.case_now()))
    return CheckFormIndex(forms=[_summary(each) for each in page.cut(every)], next=page.next(len(every)))


@router.get("/{code}")
async def get_check_form(
    code: Annotated[str, Path(max_length=200, description="Code of the form")],
    caller: Caller,  # noqa: ARG001 - whoever is signed in
) -> CheckFormDetail:
    """One form with its items, also one on which no check begins any more."""
    form = form_of(code)
    if not form.known:
        raise HomewardError("not-found", where="code")
    return CheckFormDetail(**dict(_summary(form)), items=[item_json(each) for each in form.items])


def _summary(form: CheckForm) -> CheckFormSummary:
    return CheckFormSummary(
        code=form.code,
        title=form.title,
        effective_from=form.effective_from,
        source=form.source,
        total=len(form.items),
    )


def item_json(item: CheckItem) -> FormItem:
    """One item of a form, with the answers that it takes."""
    numbers, when, gated = item.numbers, item.asked_when, item.gated_when
    return FormItem(
        code=item.code,
        domain=item.domain,
        label=item.label,
        question=item.question,
        help=item.hint,
        type=item.type,
        answers=[
            FormAnswer(code=code, words=words, counts_as=item.counts_as(code)) for code, words in item.choices
        ],
        unit=numbers.unit if numbers is not None else None,
        least=float(numbers.least) if numbers is not None else None,
        most=float(numbers.most) if numbers is not None and numbers.most is not None else None,
        asked_when_all=_conditions(when.all if when is not None else ()),
        asked_when_any=_conditions(when.any if when is not None else ()),
        tells={fact: list(answers) for fact, answers in item.tells.items()},
        evidence_kinds=list(item.evidence_kinds),
        holds_for=item.holds_for.words if item.holds_for is not None else None,
        severity=item.severity,
        gated=item.gated,
        gated_when_all=_conditions(gated.all if gated is not None else ()),
        gated_when_any=_conditions(gated.any if gated is not None else ()),
        owner=item.owner,
        next_action=item.next_action or None,
        due_after=item.due.after.words if item.due is not None and item.due.after is not None else None,
        due_before_needed=(
            item.due.before_needed.words
            if item.due is not None and item.due.before_needed is not None
            else None
        ),
        same_as=item.same_as,
        safety=item.safety,
        source=item.source,
    )


def _conditions(conditions: tuple[AnswerIs | FactIs, ...]) -> list[FormCondition]:
    return [_condition(each) for each in conditions]


def _condition(each: AnswerIs | FactIs) -> FormCondition:
    if isinstance(each, FactIs):
        words = fact_words(each.fact)
        return FormCondition(item=None, fact=each.fact, words=words, operator="=", answer=each.answer)
    return FormCondition(item=each.item, fact=None, words=None, operator=each.operator, answer=each.answer)
