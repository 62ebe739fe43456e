"""A check as it is taken along: its questions and answers as they stand, with as little of the person as will
do. Initials tell two checks apart; whatever names somebody stays in the record.
"""

from __future__ import annotations

from datetime import date

from api.cases.queries import CaseFile
from api.offline_checks.schemas import TakenAnswer, TakenCheck, TakenCondition, TakenItem, Theirs
from api.web.names import Directory
from api.web.page import words
from discharge.cases.model import Case
from discharge.codes.casework import EVIDENCE_KINDS, TOLD_BY, ways_of_answering
from discharge.store.tables import Person
from housing_checks.checks.answers import answers_standing
from housing_checks.checks.enable_when import AnswerIs, FactIs
from housing_checks.checks.left_out import left_out_by
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.rules import not_asked
from housing_checks.checks.taken_along import deciding_facts, kept_offline


def present(found: CaseFile, form: CheckForm, today: date) -> TakenCheck:
    """What is taken along of a case's check."""
    case, items = found.case, kept_offline(form)
    left_out = not_asked(case, form)
    return TakenCheck(
        case_id=case.case_id,
        who=_initials(found.person),
        title=form.title,
        form=form.code,
        version=case.version,
        items=[present_item(each, left_out=each.code in left_out) for each in items],
        answers=_answers(case, items, left_out),
        facts=dict(deciding_facts(case, items)),
        withheld=len(form.items) - len(items),
        ways=[(row.code, row.label) for row in ways_of_answering(today)],
        tellers=[(row.code, row.label) for row in TOLD_BY.in_force(today)],
    )


def _initials(person: Person) -> str:
    names = (person.given_name or "", person.family_name or "")
    return "".join(f"{each.strip()[0].upper()}." for each in names if each.strip())


def _answers(case: Case, items: tuple[CheckItem, ...], left_out: frozenset[str]) -> dict[str, TakenAnswer]:
    """What is known of each item. Words of an answer in words stay in the record."""
    standing = answers_standing(case)
    given = case.check.given if case.check is not None else {}
    known = {code: answer.evidence or "" for code, answer in given.items()}
    values = dict.fromkeys(left_out, "unknown") | standing
    return {
        each.code: TakenAnswer(value=values[each.code], evidence=known.get(each.code, ""))
        for each in items
        if each.code in values
    }


def present_item(item: CheckItem, *, left_out: bool) -> TakenItem:
    """One question with its answers, and when it is asked."""
    numbers, when = item.numbers, item.asked_when
    return TakenItem(
        code=item.code,
        domain=item.domain,
        label=item.label,
        question=item.question,
        help=item.hint,
        type=item.type,
        choices=list(item.choices),
        in_words=item.in_words,
        explains=item.left_aside.reason and item.left_aside.free_when is None,
        unit=numbers.unit if numbers is not None else "",
        least=float(numbers.least) if numbers is not None else None,
        most=float(numbers.most) if numbers is not None and numbers.most is not None else None,
        evidence=[(kind, EVIDENCE_KINDS.label(kind)) for kind in item.evidence_kinds],
        all=_conditions(when.all if when is not None else ()),
        any=_conditions(when.any if when is not None else ()),
        tells={fact: list(answers) for fact, answers in item.tells.items()},
        left_out=left_out,
    )


def _conditions(conditions: tuple[AnswerIs | FactIs, ...]) -> list[TakenCondition]:
    return [
        TakenCondition(fact=each.fact, answer=each.answer)
        if isinstance(each, FactIs)
        else TakenCondition(item=each.item, operator=each.operator, answer=each.answer)
        for each in conditions
    ]


def left_out_words(case: Case, form: CheckForm, code: str, known: Directory) -> str:
    """Whose answers leave a question out, and what can be done with what was seen."""
    given = case.check.given if case.check is not None else {}
    said = [
        f"{known.user(answer.by) or known.organisation(answer.organisation_id) or 'Somebody'} answered on "
        f"{words.day(answer.answered_on)}: {form.item(other).label}: {form.item(other).words(answer.value)}."
        for other in left_out_by(case, form, code)
        if (answer := given.get(other)) is not None
    ]
    because = " ".join(said) or "Other answers, or what the case knows of the person, leave it out."
    return (
        f"{because} That is why this is not asked any more. What you saw is not lost: keep it as a note on "
        "the case. If the other answer is wrong, answer it again first."
    )


def theirs(case: Case, form: CheckForm, code: str, known: Directory, moved: str = "") -> Theirs:
    """How an item stands by now, by whom and since when; and where the person goes, if to another home."""
    value = answers_standing(case).get(code, "unknown")
    given = case.check.given.get(code) if case.check is not None else None
    said = given if given is not None and given.value == value else None
    gated = case.gate.get(code)
    day = said.answered_on if said is not None else gated.as_of if gated is not None else None
    return Theirs(
        value=value,
        words=form.item(code).words(value) if code in form.codes else value,
        who=(known.user(said.by) if said is not None else None) or "Somebody else",
        day=words.day(day),
        version=case.version,
        moved=moved,
    )
