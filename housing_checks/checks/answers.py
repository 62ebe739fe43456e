"""What is known of each item, and what somebody states now: one event an item, with evidence, by whom, when,
and until when it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from discharge.cases.circumstances import circumstances
from discharge.cases.commands import CompleteCheck, SaveAnswers
from discharge.cases.decide.common import said_coded
from discharge.cases.events import Event
from discharge.cases.model import Actor, Case, ItemAnswer
from discharge.codes.casework import ANSWER_WAYS, TOLD_BY, ways_of_answering
from discharge.codes.model import not_listed
from discharge.errors import Refused, refuse_all, refuse_together
from discharge.values import YesNoUnknown
from housing_checks.checks.answer_types import NOT_APPLICABLE, WRITTEN
from housing_checks.checks.enable_when import Facts
from housing_checks.checks.form import form_of_case
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.needed_records import counts
from housing_checks.checks.record_statements import said_by_records
from housing_checks.checks.statements import left_since, said_of

EXPLAINED = frozenset({WRITTEN, NOT_APPLICABLE})
"""Answers that a note belongs to: their words, and why an item does not apply."""


def answers_standing(case: Case) -> dict[str, str]:
    """Return what is known of each item: as it was answered, or as work or time has changed it since."""
    check = case.check
    if check is None:
        return {code: item.value for code, item in case.gate.items()}
    since = {
        code: item.value
        for code, item in case.gate.items()
        if code not in check.answers or check.counts_as(code) != item.value
    }
    return {**check.answers, **since}


def counting_at_the_gate(case: Case) -> dict[str, YesNoUnknown]:
    """Return how what is known of each item counts at the gate."""
    check = case.check
    counted = {code: check.counts_as(code) for code in check.answers} if check is not None else {}
    return counted | {code: item.value for code, item in case.gate.items()}


def facts_standing(case: Case) -> Facts:
    """Return what is known of a case that its form goes by: of itself, and told by its answers."""
    return form_of_case(case).facts(answers_standing(case), circumstances(case))


def takes_yes_or_no(case: Case, code: str) -> bool:
    """Whether an item of this case is answered yes or no, as most are, and not with a value of its own."""
    form = form_of_case(case)
    return code not in form.codes or form.item(code).type == "yes-no"


def require_answer(item: CheckItem, value: str, where: str) -> None:
    """Refuse what the item does not take as an answer."""
    if not item.takes(value):
        raise not_listed(item.code, value, dict(item.choices), where)


def require_words(value: str, words: UUID | None, code: str, where: str) -> None:
    """Refuse an answer in words of which there is no note."""
    if value == WRITTEN and words is None:
        raise Refused("answer-text-missing", detail=code, where=where)


def require_left_aside(
    case: Case, form: CheckForm, values: Mapping[str, str], said: Mapping[str, UUID | None], where: str
) -> None:
    """Refuse that items do not apply, ``said`` with the notes that say why: where other answers or the case
    say that they do, and where the note is missing. ``where`` is the field, of each with its code.
    """
    aside = [
        form.item(code) for code in said if form.item(code).not_applicable and values[code] == NOT_APPLICABLE
    ]
    if not aside:
        return
    facts = form.facts(values, circumstances(case))
    refuse_all([each for item in aside if (each := _not_left_aside(item, values, facts, said, where))])


def _not_left_aside(
    item: CheckItem, values: Mapping[str, str], facts: Facts, said: Mapping[str, UUID | None], where: str
) -> Refused | None:
    if item.left_aside.is_out(values, facts):
        return Refused("item-applies", detail=item.code, where=where.format(item.code))
    if said[item.code] is None and item.left_aside.needs_words(values, facts):
        return Refused("why-not-applicable", detail=item.code, where=f"item_notes.{item.code}")
    return None


def require_evidence(item: CheckItem, evidence: str | None, where: str) -> None:
    """Refuse what the item does not take as evidence for an answer."""
    if evidence is not None and evidence not in item.evidence_kinds:
        raise not_listed("evidence-kinds", evidence, item.evidence_kinds, where)


def require_way(through: str | None, on: date) -> None:
    """Refuse a way in which no answer that somebody gives can come."""
    said_coded(ANSWER_WAYS.name, through, on, "through")
    ways = [row.code for row in ways_of_answering(on)]
    if through is not None and through not in ways:
        raise not_listed(ANSWER_WAYS.name, through, ways, "through")


def answer_of(
    item: CheckItem,
    value: str,
    evidence: str | None,
    on: date,
    actor: Actor,
    note_id: UUID | None = None,
    *,
    gate: YesNoUnknown,
    **beside: Any,
) -> ItemAnswer:
    """Return an answer as it is recorded; ``note_id`` is the note with an answer in words, ``gate`` how it
    counts at the gate, and ``beside`` what else is said of it.
    """
    return ItemAnswer(
        value=value,
        gate=gate,
        answered_on=on,
        by=actor.user_id,
        organisation_id=actor.organisation_id,
        role=actor.role,
        evidence=evidence,
        valid_until=item.holds_for.after(on) if item.holds_for is not None and value != "unknown" else None,
        note_id=note_id if value in EXPLAINED else None,
        **beside,
    )


def stated(
    case: Case,
    form: CheckForm,
    answers: Mapping[str, str],
    command: SaveAnswers | CompleteCheck,
    on: date,
    actor: Actor,
    standing: Mapping[str, str],
) -> Iterator[Event]:
    """Return what the check under way did not say yet of ``answers``: what the command says, with what its
    asker left as they saw it. ``standing`` is what was known before it began. Refuses an item that the form
    does not have or does not ask of this person, an answer that its item does not take, and an answer in
    words without any.
    """
    given = case.check.given if case.check is not None else {}
    values = {code: answer.value for code, answer in given.items()} | dict(answers)
    require_stated(case, form, values, answers, command, on)
    for item in form.items:
        if item.code not in answers:
            continue
        value, before = answers[item.code], given.get(item.code)
        known, words = (
            command.evidence.get(item.code),
            words_of(value, command.text_notes.get(item.code), before),
        )
        told = told_together(command, item.code)
        if before is not None and _said_already(before, value, words, known, told):
            continue
        yield from said_of(
            case.check,
            item.code,
            answer_of(item, value, known, on, actor, words, gate=counts(case, item, value, values), **told),
            changed=standing.get(item.code) != value or words != (before.note_id if before else None),
            known_since=left_since(case.check, item),
            newest_counts=item.newest_counts,
            recorded=said_by_records(case, item, value),
        )


def require_stated(
    case: Case,
    form: CheckForm,
    values: Mapping[str, str],
    answers: Mapping[str, str],
    command: SaveAnswers | CompleteCheck,
    on: date,
) -> None:
    """Refuse, all together, what is wrong with answers given at once; ``values`` is all that is known with
    them.
    """
    given = case.check.given if case.check is not None else {}
    refuse_together(
        lambda: _require_items(case, form, values, answers),
        lambda: _require_taken(form, answers, command.evidence),
        lambda: _require_words(form, answers, command.text_notes, given),
        lambda: _require_aside(case, form, values, answers, command, given),
        lambda: _require_told(command, on),
    )


def _said_already(
    before: ItemAnswer, value: str, words: UUID | None, known: str | None, told: Mapping[str, Any]
) -> bool:
    """Whether the check has this answer already, with all that is said of it now."""
    same = (before.value, before.note_id) == (value, words) and known in (None, before.evidence)
    return same and all(getattr(before, name) == said for name, said in told.items())


TELLING = ("told_by", "told_note_id", "through")
"""What somebody says once of all answers that they give together."""


def told_together(command: SaveAnswers | CompleteCheck, code: str) -> dict[str, Any]:
    """Who told an answer and how it came; not of what its asker left as they saw it."""
    if isinstance(command, CompleteCheck) or code in command.kept:
        return {}
    return {name: said for name in TELLING if (said := getattr(command, name)) is not None}


def _require_told(command: SaveAnswers | CompleteCheck, on: date) -> None:
    """Refuse who told it, and how it came, by codes that their lists do not hold on that day."""
    if isinstance(command, SaveAnswers):
        refuse_together(
            lambda: said_coded(TOLD_BY.name, command.told_by, on, "told_by"),
            lambda: require_way(command.through, on),
        )


def asked_of(case: Case, form: CheckForm, values: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the items that a form asks in this case, by what is known of it and its answers, or these."""
    return form.asked(answers_standing(case) if values is None else values, circumstances(case))


def _judged(case: Case, values: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The answers, with not known for each that something does not apply whose record is missing."""
    said = answers_standing(case) if values is None else values
    check = case.check
    waits = [
        code
        for code, value in said.items()
        if check is not None
        and value == NOT_APPLICABLE == check.answers.get(code)
        and check.counts_as(code) != "yes"
    ]
    return {**said, **dict.fromkeys(waits, "unknown")} if waits else said


def applying_to(case: Case, form: CheckForm, values: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the items that concern this person: asked, and not rightly answered as not applicable."""
    return form.applying(_judged(case, values), circumstances(case))


def _require_items(
    case: Case, form: CheckForm, values: Mapping[str, str], answers: Mapping[str, str]
) -> None:
    """Refuse every item that the form does not have, without repeating it, or does not ask of this person."""
    unknown = answers.keys() - set(form.codes)
    asked = set(asked_of(case, form, values))
    unasked = [code for code in form.codes if code in answers and code not in asked]
    refuse_all(
        [
            *(not_listed("check-items", code, form.codes, "answers") for code in sorted(unknown)),
            *(Refused("item-not-asked", detail=code, where=f"answers.{code}") for code in unasked),
        ]
    )


def _require_taken(form: CheckForm, answers: Mapping[str, str], evidence: Mapping[str, str]) -> None:
    """Refuse every answer, and all evidence, that its item does not take, and evidence for no answer."""
    given = [item for item in form.items if item.code in answers]
    codes = tuple(item.code for item in given)
    refuse_together(
        lambda: refuse_all(
            [
                not_listed("check-items", code, codes, "evidence")
                for code in sorted(evidence.keys() - set(codes))
            ]
        ),
        *(partial(require_answer, each, answers[each.code], f"answers.{each.code}") for each in given),
        *(
            partial(require_evidence, each, evidence.get(each.code), f"evidence.{each.code}")
            for each in given
        ),
    )


def _require_words(
    form: CheckForm, answers: Mapping[str, str], notes: Mapping[str, UUID], given: Mapping[str, ItemAnswer]
) -> None:
    """Refuse every answer in words that has none, now or before."""
    written = (code for code in form.codes if answers.get(code) == WRITTEN)
    refuse_all(
        [
            Refused("answer-text-missing", detail=code, where=f"answers.{code}")
            for code in written
            if words_of(WRITTEN, notes.get(code), given.get(code)) is None
        ]
    )


def _require_aside(
    case: Case,
    form: CheckForm,
    values: Mapping[str, str],
    answers: Mapping[str, str],
    command: SaveAnswers | CompleteCheck,
    given: Mapping[str, ItemAnswer],
) -> None:
    """Refuse what is said not to apply now, and may not be; what its asker left as they saw it stays."""
    said = {
        code: words_of(value, command.text_notes.get(code), given.get(code))
        for code, value in answers.items()
        if code in form.codes and code not in command.kept
    }
    require_left_aside(case, form, values, said, "answers.{}")


def words_of(value: str, note_id: UUID | None, before: ItemAnswer | None) -> UUID | None:
    """Return the note with the words of an answer, or why an item does not apply: the one that comes with it,
    else the one before.
    """
    if value not in EXPLAINED:
        return None
    return note_id or (before.note_id if before is not None and before.value == value else None)


def gated_for(case: Case, form: CheckForm) -> tuple[str, ...]:
    """Return the items that are gated for this person: of those asked all that must be in place."""
    return form.gated(_judged(case), circumstances(case))
