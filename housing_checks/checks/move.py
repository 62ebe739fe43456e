"""Moving a check to the form in force: answers that still mean the same are kept, the others are asked again.

The rows of the newer form say what means the same (`same_as`, `same_answers`). What was answered on the
former form stays on the record as it was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from discharge.cases.circumstances import circumstances
from discharge.cases.commands import Envelope, MoveCheck
from discharge.cases.decide.common import command_of, happened_on
from discharge.cases.events import CheckStarted, Event, ItemAnswered
from discharge.cases.model import Case, ItemAnswer
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.codes.model import not_listed
from discharge.errors import Refused, refuse_together
from discharge.values import Frozen
from housing_checks.checks.answers import answers_standing, asked_of
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.guards import require_order, require_stage


class Kept(Frozen):
    """An answer that still means the same: of which item of the former form, to which item of the newer."""

    item: str
    of: str
    answer: ItemAnswer


def newer_form(case: Case, on: date) -> CheckForm | None:
    """Return the form to which the check of a case can move; None where it is on the newest already."""
    if case.check is None:
        return None
    present, newest = form_of(case.check.form), form_in_force(on)
    return newest if present.known and present.effective_from < newest.effective_from <= on else None


def move_check(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Begin the check again on the form in force, with what still means the same. The gate keeps its answers
    until it is complete. Refuses where there is no check, and a form that is not in force or not newer.
    """
    command = command_of(envelope, MoveCheck)
    require_stage(case, SINCE_ACCEPTANCE)
    on, check = envelope.effective_on, case.check
    if check is None:
        raise Refused("no-such-item", detail="check", where="form")
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _newer(case, command.form, on),
        lambda: require_order(_last_answered(case), on, "effective_on"),
    )
    form = form_of(command.form)
    kept = kept_answers(case, form, on)
    moved = CheckStarted(
        form=form.code, started_on=on, moved_from=check.form, kept={each.item: each.of for each in kept}
    )
    return [moved, *(ItemAnswered(item=each.item, answer=each.answer, changed=False) for each in kept)]


def _newer(case: Case, code: str, on: date) -> None:
    form = newer_form(case, on)
    if form is None:
        raise Refused("already-done", detail="check-on-this-form", where="form")
    if code != form.code:
        raise not_listed("check-forms", code, (form.code,), "form")


def _last_answered(case: Case) -> date | None:
    answers = case.check.given.values() if case.check is not None else ()
    days = [each.answered_on for each in answers if each.answered_on is not None]
    return max(days, default=case.check.started_on if case.check is not None else None)


def kept_answers(case: Case, form: CheckForm, on: date) -> list[Kept]:
    """Return what is kept of the answers of a check on a newer form, in its order: of items that it asks in
    this case, as they were answered, with who said it, when, and on what evidence.
    """
    found = {each.item: each for each in _meaning_the_same(case, form, on)}
    asked = form.asked({code: each.answer.value for code, each in found.items()}, circumstances(case))
    return [found[code] for code in asked if code in found]


def _meaning_the_same(case: Case, form: CheckForm, on: date) -> Iterator[Kept]:
    given = case.check.given if case.check is not None else {}
    standing = answers_standing(case)
    for item in form.items:
        answer = given.get(item.same_as) if item.same_as is not None else None
        if item.same_as is not None and answer is not None and _same(item, answer, standing):
            kept = _as_answered(item, answer)
            if kept.valid_until is None or kept.valid_until >= on:
                yield Kept(item=item.code, of=item.same_as, answer=kept)


def _same(item: CheckItem, answer: ItemAnswer, standing: Mapping[str, str]) -> bool:
    """Whether an answer means the same; one that has run out or was overtaken since does not count."""
    meant = not item.same_answers or answer.value in item.same_answers
    return meant and item.takes(answer.value) and standing.get(item.same_as or "") == answer.value


def _as_answered(item: CheckItem, answer: ItemAnswer) -> ItemAnswer:
    holds = item.holds_for is not None and answer.answered_on is not None and answer.value != "unknown"
    until = (
        item.holds_for.after(answer.answered_on) if holds and item.holds_for and answer.answered_on else None
    )
    return answer.model_copy(update={"gate": item.counts_as(answer.value), "valid_until": until})


def no_before_the_move(case: Case) -> tuple[str, ...]:
    """Return what was no on the former form, did not come along, and was not answered again since, in a few
    words each; none once the check is complete, and not what the gate names itself.
    """
    check = case.check
    if check is None or check.completed_on is not None or not check.no_before:
        return ()
    former, form = form_of(check.moved_from), form_of(check.form)
    asked = set(asked_of(case, form))
    followed = {code: _followers(form, code) & asked for code in check.no_before if code not in case.gate}
    left = {code for code, items in followed.items() if not items or items - check.answers.keys()}
    named = [item.label for item in former.items if item.code in left]
    return (*named, *sorted(left - set(former.codes)))


def _followers(form: CheckForm, code: str) -> frozenset[str]:
    """The items that ask by now what an item of the former form asked."""
    return frozenset(item.code for item in form.items if item.same_as == code)


def had_run_out(item: CheckItem, answer: ItemAnswer, on: date) -> bool:
    """Whether an answer of a former form was past its day, by the present one, when the check moved."""
    until = _as_answered(item, answer).valid_until
    return until is not None and until < on
