"""Answering one item of the check, at any stage since acceptance, and settling what people say differently.

Deciders take ``(case, envelope, now)`` and return events or raise Refused.
"""

from __future__ import annotations

from datetime import date, datetime

from discharge.cases.commands import ConfirmItem, Envelope, SettleAnswer
from discharge.cases.decide.common import command_of, happened_on, said_coded
from discharge.cases.events import AnswerSettled, CheckStarted, Event, MitigationWithdrawn
from discharge.cases.evolve import fold
from discharge.cases.model import Case, ItemAnswer
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.codes.casework import SETTLE_REASONS, TOLD_BY
from discharge.codes.model import not_listed
from discharge.errors import Refused, refuse_together
from housing_checks.checks.answer_types import NOT_APPLICABLE
from housing_checks.checks.answers import (
    answer_of,
    answers_standing,
    asked_of,
    require_answer,
    require_evidence,
    require_left_aside,
    require_way,
    require_words,
    words_of,
)
from housing_checks.checks.form import form_in_force, form_of_case, form_to_decide
from housing_checks.checks.former_building import building_left
from housing_checks.checks.gated_items import gate_after
from housing_checks.checks.model import CheckForm
from housing_checks.checks.needed_records import counts
from housing_checks.checks.owners import require_near_day, require_owner
from housing_checks.checks.record_statements import said_by_records
from housing_checks.checks.statements import left_since, said_of, standing
from housing_checks.guards import require_order, require_stage


def confirm_item(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Say how one item of the check stands: the check begins with it, goes on, or was completed before.

    What somebody else said is not overwritten unless this is newer, on as good evidence; one older than what
    is known is kept for the history. Refuses an item that is not asked of this person.
    """
    command = command_of(envelope, ConfirmItem)
    require_stage(case, SINCE_ACCEPTANCE)
    begun = _begun(case, envelope.effective_on)
    during = fold(case, begun)
    form = form_to_decide(during.check.form if during.check is not None else None)
    _require_asked(during, form, command.item)
    item = form.item(command.item)
    answer = _answer(during, envelope, now, form, command)
    if known_already(during, command, answer):
        return []
    said = said_of(
        during.check,
        command.item,
        answer,
        known_since=known_since(during, command.item),
        newest_counts=item.newest_counts,
        recorded=said_by_records(during, item, answer.value),
    )
    return [*begun, *said, *follows(during, form, command.item, envelope.effective_on, said)]


def _require_asked(case: Case, form: CheckForm, code: str) -> None:
    """Refuse an item that the form does not have, and one that other answers leave out."""
    if code not in form.codes:
        raise Refused("no-such-item", detail="gate-item", where="item")
    if code not in asked_of(case, form):
        raise Refused("item-not-asked", detail=code, where="item")


def settle_answer(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Decide which of several answers holds, and why. Refuses an item of which nobody says different things,
    and an answer that nobody gave.
    """
    command = command_of(envelope, SettleAnswer)
    require_stage(case, SINCE_ACCEPTANCE)
    check = case.check
    if check is None or command.item not in check.disputed:
        raise Refused("no-such-item", detail="dispute", where="item")
    said, on = standing(check, command.item), envelope.effective_on
    chosen = [each for each in said if each.value == command.value]
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: SETTLE_REASONS.lookup(command.reason, on, "reason"),
        lambda: _one_of(said, command.value),
    )
    form = form_to_decide(check.form)
    gate = counts(case, form.item(command.item), command.value)
    settled = AnswerSettled(
        item=command.item,
        answer=chosen[-1].model_copy(update={"gate": gate}),
        reason=command.reason,
        settled_on=on,
        settled_by=envelope.actor.user_id,
    )
    return [settled, *follows(case, form, command.item, on, [settled])]


def _one_of(said: tuple[ItemAnswer, ...], value: str) -> None:
    if all(each.value != value for each in said):
        raise not_listed("answers", value, (each.value for each in said), "value")


def _begun(case: Case, on: date) -> list[Event]:
    return [] if case.check is not None else [CheckStarted(form=form_in_force(on).code, started_on=on)]


def _answer(
    case: Case, envelope: Envelope, now: datetime, form: CheckForm, command: ConfirmItem
) -> ItemAnswer:
    """Return the answer as it is recorded, or refuse everything that is wrong with it."""
    on, value, item = envelope.effective_on, command.value, form.item(command.item)
    before = case.check.given.get(item.code) if case.check is not None else None
    note = envelope.note_id if value == NOT_APPLICABLE else None
    words = words_of(value, command.text_notes.get(item.code) or note, before)
    reasoned = bool(command.text_notes) or envelope.note_id is not None
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_answer(item, value, "value"),
        lambda: require_left_aside(
            case, form, {**answers_standing(case), item.code: value}, {item.code: words}, "value"
        ),
        lambda: require_words(value, words, item.code, "value"),
        lambda: require_evidence(item, command.evidence, "evidence"),
        lambda: said_coded(TOLD_BY.name, command.told_by, on, "told_by"),
        lambda: require_way(command.through, on),
        lambda: require_owner(item, command.owner_role, on, "owner_role"),
        lambda: require_order(on, command.due_on or on, "due_on"),
        lambda: require_near_day(case, command.due_on, on, reasoned=reasoned),
    )
    return answer_of(
        item,
        value,
        command.evidence,
        on,
        envelope.actor,
        words,
        gate=counts(case, item, value),
        told_by=command.told_by,
        told_note_id=command.told_note_id,
        through=command.through,
        owner_role=command.owner_role,
        due_on=command.due_on,
    )


def known_already(case: Case, command: ConfirmItem, answer: ItemAnswer) -> bool:
    """Whether it says what is known from that day already, and nothing else of it, in no words of its own."""
    if command.text_notes and answer.note_id is None:
        return False
    gated = case.gate.get(command.item)
    before = next(iter(standing(case.check, command.item)[-1:]), None)
    known_on = gated.as_of if gated is not None else before.answered_on if before is not None else None
    if (answers_standing(case).get(command.item), known_on) != (answer.value, answer.answered_on):
        return False
    new = ("evidence", "told_by", "told_note_id", "through", "owner_role", "due_on", "note_id")
    said = {name: value for name in new if (value := getattr(answer, name)) is not None}
    if answer.gate == "yes":
        said["gate"] = "yes"
    return all(before is not None and getattr(before, name) == value for name, value in said.items())


def known_since(case: Case, code: str) -> date | None:
    """The day from which work, or something else that nobody said, made the item what it is; or from which
    the person goes to another building than the one that was checked.
    """
    gated = case.gate.get(code)
    if gated is None or gated.expired:
        return left_since(case.check, form_of_case(case).item(code))
    before = case.check.given.get(code) if case.check is not None else None
    said = before is not None and (before.answered_on, before.gate) == (gated.as_of, gated.value)
    return None if said else gated.as_of


def follows(case: Case, form: CheckForm, code: str, on: date, said: list[Event]) -> list[Event]:
    """What an answer brings: a ``yes`` ends the mitigation of its item, so that it cannot cover a later
    ``no``; and it decides which other items are gated.
    """
    gated = fold(case, said).gate.get(code)
    needless = gated is not None and gated.value == "yes" and gated.mitigation is not None
    ended: list[Event] = [MitigationWithdrawn(item=code, withdrawn_on=on)] if needless else []
    left = building_left(case, form, code, on, said)
    return [
        *ended,
        *left,
        *(each for each in gate_after(case, form, code, on, [*said, *left]) if each not in left),
    ]
