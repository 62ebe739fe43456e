"""Answers that are given at once, and may name another building than the one that was checked so far."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from discharge.cases.commands import CompleteCheck, SaveAnswers
from discharge.cases.events import AnswerDisputed, BuildingLeft, Event, ItemAnswered
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case
from housing_checks.checks.answers import stated
from housing_checks.checks.former_building import building_left
from housing_checks.checks.model import CheckForm


def said_together(
    case: Case,
    form: CheckForm,
    answers: Mapping[str, str],
    command: SaveAnswers | CompleteCheck,
    on: date,
    actor: Actor,
    standing: Mapping[str, str],
) -> list[Event]:
    """Return what the check under way did not say yet of ``answers``. Where they name another building, what
    they say of it is about that one; what their asker left as they saw it is about the former one.
    """
    events = list(stated(case, form, answers, command, on, actor, standing))
    item = form.building_item
    if item is None or item.code not in answers:
        return events
    named = item.code
    said = [each for each in events if isinstance(each, ItemAnswered | AnswerDisputed) and each.item == named]
    moved = building_left(case, form, named, on, said)
    gone = {code for each in moved if isinstance(each, BuildingLeft) for code in each.items}
    if not gone:
        return [*events, *moved]
    left_alone = gone & set(command.kept)
    rest = {code: value for code, value in answers.items() if code != named and code not in left_alone}
    known = {code: value for code, value in standing.items() if code not in gone}
    evidence = {code: kind for code, kind in command.evidence.items() if code in rest}
    others = command.model_copy(update={"evidence": evidence})
    after = fold(case, [*said, *moved])
    return [*said, *moved, *stated(after, form, rest, others, on, actor, known)]
