"""Answers to a check that is complete: each is said as it is by itself, in the same check.

Nobody begins a second check by saving answers: what they open is asked and gated at once, and everything else
that was said stays. A new check begins only where somebody asks for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from discharge.cases.commands import CompleteCheck, ConfirmItem, SaveAnswers
from discharge.cases.events import Event
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case
from housing_checks.checks.answers import (
    TELLING,
    answer_of,
    answers_standing,
    require_stated,
    told_together,
    words_of,
)
from housing_checks.checks.item_rules import follows, known_already, known_since
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.needed_records import counts
from housing_checks.checks.record_statements import said_by_records
from housing_checks.checks.statements import said_of


def said_again(
    case: Case, form: CheckForm, command: SaveAnswers | CompleteCheck, on: date, actor: Actor
) -> list[Event]:
    """Return what the answers of a command bring in a check that is complete, one after the other. What its
    asker left as they saw it is not theirs to say. Refuses what a check under way refuses.
    """
    standing = answers_standing(case)
    left = {code for code in command.kept if not _known_otherwise(case, command, standing, code)}
    answers = {code: value for code, value in command.answers.items() if code not in left}
    values = {**standing, **answers}
    known = {code: kind for code, kind in command.evidence.items() if code not in left}
    command = command.model_copy(update={"evidence": known})
    require_stated(case, form, values, answers, command, on)
    said: list[Event] = []
    for item in _in_turn(form, answers):
        now = fold(case, said)
        said += _said(now, form, item, _alone(command, item.code), values, on, actor)
    return said


def _known_otherwise(
    case: Case, command: SaveAnswers | CompleteCheck, standing: Mapping[str, str], code: str
) -> bool:
    """Whether an answer that was left as it was seen, and still stands, comes with other evidence."""
    before = case.check.given.get(code) if case.check is not None else None
    known = command.evidence.get(code, before.evidence if before is not None else None)
    same = standing.get(code) == command.answers[code]
    return same and before is not None and known != before.evidence


def _in_turn(form: CheckForm, answers: Mapping[str, str]) -> list[CheckItem]:
    """The items that are answered: where the person goes comes first, for it ends answers about elsewhere."""
    given = [item for item in form.items if item.code in answers]
    return sorted(given, key=lambda item: not item.names_the_building)


def _alone(command: SaveAnswers | CompleteCheck, code: str) -> ConfirmItem:
    """One answer of several, as it is said by itself."""
    return ConfirmItem(
        item=code,
        value=command.answers[code],
        evidence=command.evidence.get(code),
        text_notes={key: note for key, note in command.text_notes.items() if key == code},
        **told_together(command, code),
    )


def _said(
    case: Case,
    form: CheckForm,
    item: CheckItem,
    command: ConfirmItem,
    values: Mapping[str, str],
    on: date,
    actor: Actor,
) -> list[Event]:
    value, before = command.value, case.check.given.get(item.code) if case.check is not None else None
    told = {name: getattr(command, name) for name in TELLING if getattr(command, name) is not None}
    words = words_of(value, command.text_notes.get(item.code), before)
    gate = counts(case, item, value, values)
    answer = answer_of(item, value, command.evidence, on, actor, words, gate=gate, **told)
    if known_already(case, command, answer):
        return []
    said = said_of(
        case.check,
        item.code,
        answer,
        changed=answers_standing(case).get(item.code) != value
        or words != (before.note_id if before is not None else None),
        known_since=known_since(case, item.code),
        newest_counts=item.newest_counts,
        recorded=said_by_records(case, item, value),
    )
    return [*said, *follows(case, form, item.code, on, said)]
